// Nodes. Texts come from other people's messages, so nothing is ever put into the page as HTML.
import { PLACES, put } from "/page/core/language.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * A node. Attributes of false, null and undefined are left out; `on` holds listeners; `say`, `label`, `hint`, `tip` and
 * `alt` take a key of the words (see core/language.js). Children that are null are left out, texts become text.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") for (const [kind, listener] of Object.entries(value)) node.addEventListener(kind, listener);
    else if (PLACES.includes(name)) put(node, name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

let count = 0;
/** An id that nothing else on the page has. */
export const freshId = (name) => `${name}-${(count += 1)}`;

// Words on the page carry their key, so that another language is a walk over the page: nothing is drawn again, and
// what somebody typed stays.
import { recall, remember } from "/page/core/store.js";
import { words } from "/page/words.js";

const LANGUAGES = ["vi", "en"];
const listeners = [];
let language = LANGUAGES.includes(recall("language")) ? recall("language") : "vi";

const PUT = {
  say: (node, text) => { node.textContent = text; },
  label: (node, text) => node.setAttribute("aria-label", text),
  hint: (node, text) => node.setAttribute("placeholder", text),
  tip: (node, text) => node.setAttribute("title", text),
  alt: (node, text) => node.setAttribute("alt", text),
};
export const PLACES = Object.keys(PUT);

export const currentLanguage = () => language;

/** The words for a key, with {0}, {1} … filled in; an unknown key is shown as it is. */
export function t(key, ...values) {
  const found = words[key]?.[LANGUAGES.indexOf(language)] ?? key;
  return found.replace(/\{(\d)\}/g, (_, place) => values[place] ?? "");
}

/** Whether there are words for a key. */
export const has = (key) => key in words;

/** Put words into one place of a node, to be put again when the language changes. `spec`: a key, or [key, ...values]. */
export function put(node, place, spec) {
  const [key, ...values] = Array.isArray(spec) ? spec : [spec];
  node.dataset[place] = JSON.stringify([key, ...values]);
  PUT[place](node, t(key, ...values));
  return node;
}

export function onLanguage(listener) {
  listeners.push(listener);
}

/** Speak the chosen language everywhere. */
export function speak() {
  document.documentElement.lang = language;
  for (const place of PLACES) {
    for (const node of document.querySelectorAll(`[data-${place}]`)) PUT[place](node, t(...read(node.dataset[place])));
  }
  for (const listener of listeners) listener();
}

export function choose(wanted) {
  language = wanted;
  remember("language", wanted);
  speak();
}

const read = (written) => (written.startsWith("[") ? JSON.parse(written) : [written]);

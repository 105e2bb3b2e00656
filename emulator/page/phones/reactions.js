// The icons people react with, by the platform's own codes, each with a drawing of ours.
import { button, el } from "/page/core/dom.js";

export const REACTIONS = new Map([
  ["/-strong", "strong"], ["/-heart", "heart"], [":>", "laugh"], [":o", "wow"], [":-((", "cry"], [":-h", "angry"], ["--b", "weak"],
]);
export const NO_REACTION = "/-remove";

export function drawReaction(code, size) {
  const name = REACTIONS.get(code);
  if (!name) return el("span", {}, code);
  return el("img", { src: `/page/reactions/${name}.svg`, width: size, height: size, alt: `reaction_${name}` });
}

/** What stands under a message: each icon once, with how many there are. */
export function drawReactions(reactions) {
  const counted = new Map();
  for (const { icon } of reactions) counted.set(icon, (counted.get(icon) ?? 0) + 1);
  if (!counted.size) return null;
  return el("div", { class: "reactions" }, [...counted].map(([code, count]) =>
    el("span", { class: "reaction" }, drawReaction(code, 16), count > 1 ? String(count) : null)));
}

/** A row of all icons to choose from; `choose` is told the code, and that of taking back when it is chosen again. */
export function drawChoice(mine, choose) {
  return el("div", { class: "reaction-choice", role: "group", label: "react" }, [...REACTIONS].map(([code, name]) =>
    button({
      class: "reaction-button", label: `reaction_${name}`, tip: `reaction_${name}`, "aria-pressed": String(code === mine),
      on: { click: () => choose(code === mine ? NO_REACTION : code) },
    }, el("img", { src: `/page/reactions/${name}.svg`, width: 28, height: 28, alt: "" }))));
}

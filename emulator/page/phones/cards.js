// Template messages as cards: a title, a table, a body, and buttons; and other things that are more than a bubble.
import { el } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { drawButtons, isWebAddress } from "/page/phones/buttons.js";
import { drawRating } from "/page/phones/rating.js";

const MOODS = { "400103": "bad", "400108": "bad", "400104": "warn", "400107": "warn", "400105": "done" };
const MOOD_ICONS = { bad: "alert", warn: "bell", done: "check", plain: "document" };
const KIND_ICONS = { otp: "key", rating: "star", payment: "card", voucher: "star" };
const STATUS_COLOURS = new Set(["green", "blue", "yellow", "red", "grey"]);

export function drawCard(phone, message) {
  const { content, template_id: template } = message;
  const card = content.card ?? { title: content.title ?? content.text };
  const mood = MOODS[template] ?? "plain";
  const styles = stylesOf(message.request);
  const rows = (card.rows ?? []).map(({ label, value }, place) =>
    el("div", { class: STATUS_COLOURS.has(styles[place]) ? `status ${styles[place]}` : false }, el("dt", {}, String(label)), el("dd", {}, String(value))));
  return el("div", { class: `card ${mood}` },
    el("header", {}, el("span", { class: "crest" }, icon(KIND_ICONS[card.kind] ?? MOOD_ICONS[mood])), el("h3", {}, card.title ?? "")),
    card.image_url || content.image_url ? el("img", { class: "banner", src: card.image_url ?? content.image_url, alt: "", loading: "lazy" }) : null,
    card.body ? el("p", { class: "body" }, card.body) : null,
    rows.length ? el("dl", {}, rows) : null,
    card.kind === "rating" ? drawRating(phone, message) : null,
    card.buttons?.length ? drawButtons(phone, message, card.buttons) : null);
}

/** The colours of a table's rows, as the account asked for them. */
function stylesOf(request) {
  const elements = request?.message?.attachment?.payload?.elements;
  if (!Array.isArray(elements)) return [];
  return elements.filter((each) => each?.type === "table").flatMap(({ content }) => content ?? []).map((row) => row?.style);
}

/** Rows with pictures, each leading somewhere. */
export function drawList(phone, message) {
  const rows = (message.content.elements ?? []).filter((each) => each && typeof each === "object").map((each) => {
    const action = each.action ?? each.default_action ?? {};
    const words = [
      each.image_url ? el("img", { src: each.image_url, alt: "", loading: "lazy" }) : el("span", { class: "crest" }, icon("document")),
      el("span", {}, el("strong", {}, String(each.title ?? "")), each.subtitle ? el("small", {}, String(each.subtitle)) : null)];
    const url = each.link_url || action.url;
    if (isWebAddress(url)) return el("a", { class: "row", href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
    if (String(action.type ?? "").startsWith("oa.query")) {
      return el("button", { class: "row", type: "button", on: { click: () => phone.act({ button: { type: action.type, payload: action.payload } }) } }, ...words);
    }
    return el("div", { class: "row" }, ...words);
  });
  return el("div", { class: "card-like list" }, message.content.text ? el("p", { class: "body" }, message.content.text) : null, rows);
}

export function drawArticle(_phone, { content }) {
  const url = content.link_url;
  return el("div", { class: "card-like article" },
    content.image_url ? el("img", { class: "banner", src: content.image_url, alt: "", loading: "lazy" }) : el("div", { class: "banner drawn", "aria-hidden": "true" }, icon("document", 40)),
    el("div", { class: "article-text" }, el("small", { say: "article" }), el("h3", {}, content.title ?? content.text ?? ""),
      content.subtitle ? el("p", {}, content.subtitle) : null,
      isWebAddress(url) ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer", say: "readArticle" }) : null));
}

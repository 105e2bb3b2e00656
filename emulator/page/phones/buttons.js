// The buttons of messages and templates, and what a tap on each does.
import { button, el } from "/page/core/dom.js";
import { openDialog } from "/page/core/dialogs.js";
import { prettyPhone } from "/page/core/format.js";
import { icon } from "/page/core/icons.js";

export const isWebAddress = (url) => typeof url === "string" && /^https?:\/\//i.test(url);

const ICONS = { "oa.open.url": "link", "oa.open.phone": "phone", "oa.open.sms": "message" };

/** A column of buttons; `phone` acts, `message` tells whose they are. */
export function drawButtons(phone, message, buttons) {
  return el("div", { class: "buttons" }, buttons.filter((each) => each && typeof each === "object")
    .map((each) => drawButton(phone, message, each)));
}

function drawButton(phone, message, { title, type, payload }) {
  const words = [icon(ICONS[type] ?? "reply", 16), el("span", {}, String(title ?? ""))];
  const url = payload?.url ?? payload;
  if (type === "oa.open.url" && isWebAddress(url)) {
    return el("a", { class: "answer", href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
  }
  return button({ class: "answer", on: { click: () => tap(phone, message, type, payload, title) } }, ...words);
}

function tap(phone, message, type, payload, title) {
  if (type === "oa.open.phone") return showCall(payload?.phone_code ?? payload);
  if (type === "oa.open.sms") return showSms(payload?.phone_code ?? "", payload?.content ?? "");
  if (type === "response") return phone.act({ response_button: { msg_id: message.message_id, data: String(payload ?? title) } });
  return phone.act({ button: { type: type ?? "oa.query.show", payload } });
}

function showCall(number) {
  openDialog("wouldCall", [el("p", { class: "dial" }, icon("phone", 28), el("strong", {}, prettyPhone(String(number)))),
    el("p", { class: "quiet", say: "wouldCallHelp" })]);
}

function showSms(number, content) {
  openDialog("wouldText", [el("p", { class: "dial" }, icon("message", 28), el("strong", {}, prettyPhone(String(number)))),
    el("blockquote", {}, content), el("p", { class: "quiet", say: "wouldTextHelp" })]);
}

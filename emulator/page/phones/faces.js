// The three sides of a phone: Zalo, short messages, and the bot. Each has a head, a chat, and perhaps a composer.
import { button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { recall, remember } from "/page/core/store.js";
import { createChat } from "/page/phones/chat.js";
import { createComposer } from "/page/phones/composer.js";

export const FACE_OF = { oa: "zalo", template: "zalo", sms: "sms", bot: "bot" };
const FACES = {
  zalo: { icon: "shield", kinds: ["photo", "gif", "location", "sticker", "file", "contact"], path: "phones" },
  sms: { icon: "message", kinds: null },
  bot: { icon: "bot", kinds: ["photo", "sticker"], path: "bot" },
};
export const FACE_NAMES = Object.keys(FACES);

/** One side of a phone. `send(path, body)` acts, `openMenu` is the menu of a message. */
export function createFace(phone, name, { send, openMenu }) {
  const { icon: image, kinds, path } = FACES[name];
  const tabId = freshId("tab"), panelId = freshId("panel");
  const badge = el("span", { class: "unread", role: "img", hidden: true });
  const tab = button({ role: "tab", id: tabId, "aria-controls": panelId, "data-face": name }, el("span", { say: `face_${name}` }), badge);
  const chat = createChat(phone, { label: [`chat_${name}`, phone.number], nothing: `nothing_${name}`, openMenu: name === "zalo" ? openMenu : null });
  const composer = kinds && createComposer({ label: [`typeLabel_${name}`, phone.number], send: (body) => send(path, body), kinds });
  const follow = name === "zalo" ? button({ class: "follow", on: { click: () => phone.change({ follows: !phone.view.follows }) } }) : null;
  const standing = el("p", { class: "standing" });
  const head = el("header", { class: "account" }, el("span", { class: `crest ${name}`, "aria-hidden": "true" }, icon(image)),
    el("div", { class: "who" }, el("p", { class: "account-name", say: `account_${name}` }), standing), follow);
  const stop = el("div", { class: "stop", role: "status" });
  const panel = el("div", { class: `face ${name}`, role: "tabpanel", id: panelId, "aria-labelledby": tabId }, head, chat.root, stop, composer?.root ?? null);
  return { name, tab, panel, chat, composer, badge, follow, standing, stop };
}

/** How much of a side nobody has looked at: Zalo knows itself, of the others this browser remembers. */
export function countUnread(face, number) {
  const { messages } = face.chat;
  if (face.name === "zalo") return [...messages.values()].filter(({ direction, state }) => direction === "in" && state === "delivered").length;
  const seen = lookedAt(number, face);
  return [...messages.values()].filter(({ direction, seq }) => direction === "in" && seq > seen).length;
}

export function noteLook(face, number) {
  const last = face.chat.last?.seq ?? 0;
  if (face.name !== "zalo" && lookedAt(number, face) !== last) remember(`seen.${number}.${face.name}`, last);
}

/** A fresh emulator counts from one again, so a memory beyond the last message is void. */
function lookedAt(number, face) {
  const seen = recall(`seen.${number}.${face.name}`, 0);
  return seen > (face.chat.last?.seq ?? 0) ? 0 : seen;
}

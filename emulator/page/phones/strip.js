// All phones: side by side where there is room, one at a time where there is not, with a line of names to switch.
import { $, button, el } from "/page/core/dom.js";
import { initial, prettyPhone } from "/page/core/format.js";
import { icon } from "/page/core/icons.js";
import { put } from "/page/core/language.js";
import { recall, remember } from "/page/core/store.js";
import { summary } from "/page/phones/bubbles.js";
import { createPhone } from "/page/phones/phone.js";

const MAX_PHONES = 24;
const phones = new Map(); // number → phone
let hidden = new Set(recall("hidden", []));
let shown = null; // the one seen where there is room for one
let wanted = null; // the one just added

export function startStrip() {
  draw();
}

/** What the stream told: phones, messages, and whether everything before is void. */
export function take({ fresh, phones: views, messages }) {
  if (fresh) startAfresh(new Set(views.map((view) => view.phone)));
  for (const view of views) phoneOf(view).refresh(view);
  for (const message of messages) {
    const phone = phones.get(message.phone);
    if (phone?.take(message) && !fresh) announce(phone, message);
  }
  if (!phones.has(shown) || hidden.has(shown)) shown = visible()[0] ?? null;
  draw();
  if (fresh) for (const phone of phones.values()) phone.toEnd();
}

/** A phone was added by hand: show it. */
export function want(number) {
  hidden.delete(number);
  keepHidden();
  if (phones.has(number)) show(number);
  else wanted = number;
}

const visible = () => [...phones.keys()].filter((number) => !hidden.has(number));

function phoneOf(view) {
  const known = phones.get(view.phone);
  if (known) return known;
  const phone = createPhone(view, { onUnread: drawSoon, hide: () => hide(view.phone) });
  phones.set(view.phone, phone);
  $("#phones").append(phone.root);
  phone.start();
  if (phones.size > MAX_PHONES) forgetOldest();
  if (wanted === view.phone) { wanted = null; queueMicrotask(() => show(view.phone)); }
  return phone;
}

function forgetOldest() {
  const oldest = [...phones.keys()].find((number) => number !== shown && !phones.get(number).root.contains(document.activeElement));
  phones.get(oldest)?.root.remove();
  phones.delete(oldest);
}

// What is typed but not sent stays, and so does the focus: only messages are drawn again.
function startAfresh(known) {
  for (const [number, phone] of phones) {
    phone.clear();
    if (!known.has(number)) { phone.root.remove(); phones.delete(number); }
  }
}

function hide(number) {
  hidden.add(number);
  keepHidden();
  if (shown === number) shown = visible()[0] ?? null;
  draw();
  $("#people button")?.focus();
}

function show(number) {
  hidden.delete(number);
  keepHidden();
  shown = number;
  draw();
  const phone = phones.get(number);
  phone.root.scrollIntoView({ inline: "center", block: "nearest" });
  phone.toEnd();
  phone.look();
}

function keepHidden() {
  remember("hidden", [...hidden]);
}

let isDrawing = false;
function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  queueMicrotask(() => { isDrawing = false; draw(); });
}

function draw() {
  const people = $("#people");
  const focused = document.activeElement?.dataset?.phone;
  people.hidden = phones.size === 0;
  people.replaceChildren(...[...phones.values()].map(drawPerson));
  if (focused) $(`[data-phone="${focused}"]`, people)?.focus();
  for (const [number, phone] of phones) {
    phone.root.classList.toggle("shown", number === shown);
    phone.root.hidden = hidden.has(number);
  }
  $("#empty").hidden = visible().length > 0;
  put($("#empty h2"), "say", phones.size ? "allHiddenTitle" : "emptyTitle");
  put($("#empty p"), "say", phones.size ? "allHiddenText" : "emptyText");
}

function drawPerson({ view, unread }) {
  const isHidden = hidden.has(view.phone);
  return button({ class: isHidden ? "person away" : "person", "aria-pressed": String(view.phone === shown), "data-phone": view.phone, on: { click: () => show(view.phone) } },
    isHidden ? icon("plus", 16) : el("span", { class: "dot-avatar", "aria-hidden": "true" }, initial(view.name)),
    el("span", { class: "person-name" }, view.name), el("span", { class: "person-number" }, prettyPhone(view.phone)),
    isHidden ? el("span", { class: "hidden", say: "isHidden" }) : null,
    unread ? el("span", { class: "unread", role: "img", label: ["unread", String(unread)] }, String(unread)) : null);
}

function announce(phone, message) {
  if (message.direction !== "in" || hidden.has(phone.view.phone)) return;
  const text = summary(message);
  $("#announcer").append(el("p", text ? { say: ["announce", phone.view.name, text] } : { say: ["announceKind", phone.view.name] }));
  while ($("#announcer").children.length > 5) $("#announcer").firstElementChild.remove();
}

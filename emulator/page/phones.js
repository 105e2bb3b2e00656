// The phones page: shows what the emulator tells over /_emulator/stream, and acts through /_emulator/phones/….
// Texts come from other people's messages, so nothing is ever put into the page as HTML.
import { words } from "/page/words.js";

const MAX_PHONES = 24;
const MAX_MESSAGES = 200;
const SETTINGS = ["follows", "blocked", "online", "refuses_templates", "zalo"];
const BAD_CARDS = new Set(["400103", "400108"]);
const WARN_CARDS = new Set(["400104", "400107"]);
const ONE_TICK = "M2 6.5 6 10.5 14 2";
const TWO_TICKS = "M1 6.5 5 10.5 12 2M8.5 9.8 9.5 10.5 17 2";

const phones = new Map(); // number → {view, messages: Map(seq → view), unread, root}
let language = localStorage.getItem("language") === "en" ? "en" : "vi";
let shown = null;
const $ = (selector, root = document) => root.querySelector(selector);
const t = (key) => words[language][key];

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function pretty(number) {
  const local = `0${number.slice(2)}`;
  return `${local.slice(0, 4)} ${local.slice(4, 7)} ${local.slice(7)}`;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

const act = (number, body) => post(`/_emulator/phones/${number}/send`, body);

async function trying(place, work) {
  place.textContent = "";
  try { await work(); } catch (error) { place.textContent = error.message || t("failed"); }
}

// ---- phones ----

function phoneOf(view) {
  let phone = phones.get(view.phone);
  if (!phone) {
    phone = { view, messages: new Map(), unread: 0, root: makePhone(view.phone) };
    phones.set(view.phone, phone);
    $("#phones").append(phone.root);
    if (phones.size > MAX_PHONES) forgetOldest();
    if (!shown) shown = view.phone;
  }
  phone.view = view;
  return phone;
}

function forgetOldest() {
  const oldest = [...phones.keys()].find((number) => number !== shown && !phones.get(number).root.contains(document.activeElement));
  phones.get(oldest)?.root.remove();
  phones.delete(oldest);
}

function makePhone(number) {
  const root = $("#phone-template").content.firstElementChild.cloneNode(true);
  const input = $(".compose input", root), error = $(".compose .error", root);
  root.id = `phone-${number}`;
  input.id = `text-${number}`;
  $(".compose label", root).htmlFor = input.id;
  for (const name of SETTINGS) $("fieldset", root).append(makeSwitch(number, name, error));
  $(".compose", root).addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value;
    trying(error, async () => { await act(number, { text }); if (input.value === text) input.value = ""; });
  });
  root.addEventListener("focusin", () => look(number));
  root.addEventListener("pointerdown", () => look(number));
  $(".settings", root).addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.currentTarget.open = false;
    $("summary", root).focus();
  });
  return root;
}

function makeSwitch(number, name, error) {
  const input = el("input", { type: "checkbox", role: "switch", name });
  input.addEventListener("change", () =>
    trying(error, () => post(`/_emulator/phones/${number}/state`, { [name]: input.checked })));
  return el("label", {}, el("span", { "data-text": `state_${name}` }), input);
}

function look(number) {
  const phone = phones.get(number);
  if (!phone) return;
  phone.unread = 0;
  drawTabs();
  const waiting = [...phone.messages.values()].some((message) => message.direction === "in" && message.state === "delivered");
  if (waiting && phone.view.online && phone.view.zalo && !phone.view.blocked) act(number, { read: true }).catch(() => {});
}

function drawPhone(phone) {
  const { view, root } = phone;
  $("h2", root).textContent = view.name;
  root.setAttribute("aria-label", `${view.name}, ${pretty(view.phone)}`);
  $(".avatar", root).textContent = view.name.trim().split(/\s+/).pop().slice(0, 1).toUpperCase();
  const badges = [];
  if (!view.zalo) badges.push(["bad", "badge_nozalo"]);
  if (view.blocked) badges.push(["bad", "badge_blocked"]);
  if (!view.online) badges.push(["bad", "badge_offline"]);
  if (view.refuses_templates) badges.push(["bad", "badge_refuses"]);
  if (view.follows) badges.push(["good", "badge_follows"]);
  if (!badges.length) badges.push(["", "badge_plain"]);
  $(".badges", root).replaceChildren(pretty(view.phone), ...badges.map(([kind, key]) => {
    const badge = el("span", kind ? { class: kind } : {});
    badge.textContent = t(key);
    return badge;
  }));
  for (const name of SETTINGS) $(`input[name=${name}]`, root).checked = view[name];
  $(".compose label", root).textContent = `${t("typeLabel")} ${pretty(view.phone)}`;
  $(".compose input", root).placeholder = t("type");
  $(".chat", root).setAttribute("aria-label", `${t("chatLabel")} ${pretty(view.phone)}`);
}

// ---- messages ----

function drawMessage(message, isNew) {
  const node = el("article", { class: `message ${message.direction}${message.card ? " card-message" : ""}${isNew ? " new" : ""}`, "data-seq": message.seq });
  node.append(message.card ? drawCard(message) : drawBubble(message));
  const buttons = message.request.message?.attachment?.payload?.buttons;
  if (message.direction === "in" && Array.isArray(buttons)) node.append(drawButtons(message.phone, buttons));
  node.append(drawMeta(message));
  return node;
}

function drawCard(message) {
  const { title, body, rows } = message.card;
  const mood = BAD_CARDS.has(message.template_id) ? " bad" : WARN_CARDS.has(message.template_id) ? " warn" : "";
  const table = el("dl");
  for (const { label, value } of rows) {
    const dt = el("dt"), dd = el("dd");
    dt.textContent = label;
    dd.textContent = value;
    table.append(el("div", {}, dt, dd));
  }
  const heading = el("h3"), text = el("p", { class: "body" });
  heading.textContent = title;
  text.textContent = body;
  return el("div", { class: `card${mood}` }, heading, text, table);
}

function drawBubble(message) {
  const bubble = el("div", { class: "bubble" });
  for (const { type, payload } of message.request.message?.attachments ?? []) {
    if (type === "image" || type === "sticker") bubble.append(el("img", { src: payload.url, alt: t(type), loading: "lazy" }));
    if (type === "location") bubble.append(drawPlace(payload.coordinates));
  }
  if (message.text) bubble.append(message.text);
  return bubble;
}

function drawPlace({ latitude, longitude }) {
  const place = el("span", { class: "place" }, drawIcon("0 0 24 24", "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"));
  place.append(`${t("place")}: ${latitude}, ${longitude}`);
  return place;
}

function drawIcon(viewBox, path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({ viewBox, width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "aria-hidden": "true" })) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function drawButtons(number, buttons) {
  const row = el("div", { class: "buttons" });
  for (const button of buttons) {
    const isLink = button.type === "oa.open.url" && /^https?:/i.test(button.payload?.url);
    const node = isLink ? el("a", { href: button.payload.url, target: "_blank", rel: "noopener noreferrer" }) : el("button", { type: "button" });
    node.textContent = button.title;
    if (button.type.startsWith("oa.query.")) {
      const error = $(".compose .error", phones.get(number).root);
      node.addEventListener("click", () => trying(error, () => act(number, { button: { type: button.type, payload: button.payload } })));
    }
    row.append(node);
  }
  return row;
}

function drawMeta(message) {
  const time = el("time", { datetime: message.at });
  time.textContent = message.at.slice(11, 16);
  const meta = el("div", { class: "meta" }, time);
  if (message.direction === "in") meta.append(drawTicks(message.state));
  return meta;
}

function drawTicks(state) {
  const icon = drawIcon("0 0 18 12", state === "sent" ? ONE_TICK : TWO_TICKS);
  return el("span", { class: `ticks ${state}` }, icon, t(`tick_${state}`));
}

function drawChat(phone) {
  const nodes = [];
  let day = "";
  for (const message of phone.messages.values()) {
    const date = message.at.slice(0, 10);
    if (date !== day) nodes.push(drawDay(date));
    day = date;
    nodes.push(drawMessage(message, false));
  }
  if (!nodes.length) {
    const nothing = el("p", { class: "nothing" });
    nothing.textContent = t("nothing");
    nodes.push(nothing);
  }
  const chat = $(".chat", phone.root);
  chat.replaceChildren(...nodes);
  chat.scrollTop = chat.scrollHeight;
}

function drawDay(date) {
  const node = el("div", { class: "day", "data-day": date });
  node.textContent = date.split("-").reverse().join("/");
  return node;
}

function takeMessage(phone, message) {
  const chat = $(".chat", phone.root), isNew = !phone.messages.has(message.seq);
  const wasAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
  phone.messages.set(message.seq, message);
  if (!isNew) {
    $(`[data-seq="${message.seq}"] .meta`, chat)?.replaceWith(drawMeta(message));
    return;
  }
  $(".nothing", chat)?.remove();
  const date = message.at.slice(0, 10);
  if (!$(`[data-day="${date}"]`, chat)) chat.append(drawDay(date));
  chat.append(drawMessage(message, true));
  if (phone.messages.size > MAX_MESSAGES) dropFirst(phone, chat);
  if (message.direction === "in" && message.phone !== shown) phone.unread += 1;
  if (wasAtEnd || message.direction === "out") chat.scrollTop = chat.scrollHeight;
}

function dropFirst(phone, chat) {
  const first = phone.messages.keys().next().value;
  phone.messages.delete(first);
  $(`[data-seq="${first}"]`, chat)?.remove();
}

// ---- the page ----

function drawTabs() {
  const tabs = $("#tabs"), focused = document.activeElement?.dataset?.phone;
  tabs.hidden = phones.size < 2;
  tabs.replaceChildren(...[...phones.values()].map(({ view, unread }) => {
    const tab = el("button", { type: "button", "aria-pressed": String(view.phone === shown), "data-phone": view.phone });
    tab.append(pretty(view.phone));
    if (unread) tab.append(" ", el("span", { class: "unread", "aria-label": `${unread} ${t("unread")}`, role: "img" }, String(unread)));
    tab.addEventListener("click", () => show(view.phone));
    return tab;
  }));
  if (focused) $(`[data-phone="${focused}"]`, tabs)?.focus();
  for (const [number, phone] of phones) phone.root.classList.toggle("shown", number === shown);
  $("#empty").hidden = phones.size > 0;
}

function show(number) {
  shown = number;
  look(number);
  const chat = $(".chat", phones.get(number).root);
  chat.scrollTop = chat.scrollHeight;
}

function drawWords() {
  document.documentElement.lang = language;
  document.title = `${t("title")} · Báo Hồ Sơ`;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  $("#tabs").setAttribute("aria-label", t("phonesLabel"));
  for (const phone of phones.values()) { drawPhone(phone); drawChat(phone); }
  drawTabs();
}

function drawLink(state) {
  $("#link").classList.toggle("live", state === "live");
  const said = $("#link [data-text]");
  said.dataset.text = state;
  said.textContent = t(state);
}

// What is typed but not sent stays, and so does the focus: only messages are drawn again.
function startAfresh(known) {
  for (const [number, phone] of phones) {
    phone.messages.clear();
    if (known.has(number)) drawChat(phone);
    else { phone.root.remove(); phones.delete(number); }
  }
}

function take(changes) {
  if (changes.fresh) startAfresh(new Set(changes.phones.map((view) => view.phone)));
  const number = shown;
  for (const view of changes.phones) { const phone = phoneOf(view); drawPhone(phone); if (!phone.messages.size) drawChat(phone); }
  for (const message of changes.messages) {
    const phone = phones.get(message.phone);
    if (phone) takeMessage(phone, message);
  }
  if (number && !phones.has(number)) shown = phones.keys().next().value ?? null;
  for (const root of document.querySelectorAll(".phone")) for (const node of root.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  drawTabs();
  if (changes.fresh) for (const { root } of phones.values()) { const chat = $(".chat", root); chat.scrollTop = chat.scrollHeight; }
  const active = document.activeElement?.closest?.(".phone");
  if (active) look(active.id.slice("phone-".length));
}

function listen() {
  const stream = new EventSource("/_emulator/stream");
  stream.onopen = () => drawLink("live");
  stream.onerror = () => drawLink("connecting");
  stream.onmessage = (event) => take(JSON.parse(event.data));
}

$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("#number");
  trying($("#add-error"), async () => {
    const { phone } = await post("/_emulator/phones", { phone: input.value });
    input.value = "";
    shown = phone;
    if (phones.has(phone)) show(phone);
  });
});

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    localStorage.setItem("language", language);
    drawWords();
  });
}

document.addEventListener("pointerdown", (event) => {
  for (const open of document.querySelectorAll(".settings[open]")) if (!open.contains(event.target)) open.open = false;
});

drawWords();
listen();

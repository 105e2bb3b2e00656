// The messages of one side of a phone (Zalo, SMS or bot), with a line between days.
import { $, el } from "/page/core/dom.js";
import { dayName, dayOf } from "/page/core/format.js";
import { onLanguage } from "/page/core/language.js";
import { drawMessage, refreshMessage } from "/page/phones/message.js";

const MAX_MESSAGES = 200;
const NEAR_END_PIXELS = 140;

/** A chat; `openMenu(message, anchor)` is null where messages have no menu. */
export function createChat(phone, { label, nothing, openMenu = null }) {
  const messages = new Map(); // seq → message
  const root = el("div", { class: "chat", role: "log", "aria-live": "off", tabindex: "0", label });
  const chat = {
    phone, root, messages, openMenu,
    byId: (id) => [...messages.values()].find((message) => message.message_id === id),
    get last() { return [...messages.values()].at(-1); },
    take, clear, show, toEnd, refresh,
  };

  function clear() {
    messages.clear();
    root.replaceChildren(el("p", { class: "nothing", say: nothing }));
  }

  /** A new message, or news about an old one. Whether it is new. */
  function take(message) {
    if (message.content.hidden) return false; // the tap on a hiding button: the account hears it, the chat does not show it
    const known = messages.get(message.seq);
    messages.set(message.seq, message);
    if (known) {
      change(known, message);
      return false;
    }
    const wasAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END_PIXELS;
    $(".nothing", root)?.remove();
    drawDay(dayOf(message.at));
    root.append(drawMessage(chat, message, true));
    if (messages.size > MAX_MESSAGES) dropFirst();
    if (wasAtEnd || message.direction === "out") toEnd();
    return true;
  }

  function change(known, message) {
    const node = nodeOf(message.seq);
    const isSame = bare(known) === bare(message) || node.contains(document.activeElement);
    if (isSame) refreshMessage(node, message, phone);
    else node.replaceWith(drawMessage(chat, message, false));
  }

  function drawDay(day) {
    const days = root.querySelectorAll(".day");
    if (days.length && days[days.length - 1].dataset.day === day) return;
    root.append(el("div", { class: "day", "data-day": day }, dayName(day)));
  }

  function dropFirst() {
    const first = messages.keys().next().value;
    messages.delete(first);
    nodeOf(first)?.remove();
    while (root.firstElementChild?.classList.contains("day") && root.children[1]?.classList.contains("day")) root.firstElementChild.remove();
  }

  function refresh() {
    for (const message of messages.values()) refreshMessage(nodeOf(message.seq), message, phone);
  }

  function show(seq) {
    const node = nodeOf(seq);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("shown-now");
    setTimeout(() => node?.classList.remove("shown-now"), 1600);
  }

  function toEnd() {
    root.scrollTop = root.scrollHeight;
  }

  function nameDays() {
    for (const node of root.querySelectorAll(".day")) node.textContent = dayName(node.dataset.day);
  }

  const nodeOf = (seq) => $(`[data-seq="${seq}"]`, root);
  onLanguage(nameDays);
  clear();
  return chat;
}

const bare = ({ content }) => JSON.stringify({ ...content, reactions: null });

// A message in a chat: what it quotes, its content, its buttons, the reactions under it, its time and ticks.
import { button, el } from "/page/core/dom.js";
import { timeOf } from "/page/core/format.js";
import { icon, ticks } from "/page/core/icons.js";
import { drawContent, isWide, summary } from "/page/phones/bubbles.js";
import { drawButtons } from "/page/phones/buttons.js";
import { drawReactions } from "/page/phones/reactions.js";

/** The node of a message. `chat` finds quoted messages and opens the menu of a message. */
export function drawMessage(chat, message, isNew) {
  const { phone } = chat;
  const content = drawContent(phone, message);
  const buttons = message.direction === "in" && message.content.kind !== "card" ? message.content.buttons : null;
  const quote = drawQuote(chat, message);
  const isInside = quote && content.matches(".bubble");
  if (isInside) content.prepend(quote);
  const node = el("article", { class: classes(message, isNew), "data-seq": String(message.seq) },
    el("div", { class: "said" }, isInside ? null : quote, content, el("div", { class: "under" }),
      Array.isArray(buttons) && buttons.length ? drawButtons(phone, message, buttons) : null),
    chat.openMenu ? button({ class: "more", label: ["messageMenu", summary(message) ?? ""], "aria-haspopup": "menu", on: { click: (event) => chat.openMenu(message, event.currentTarget) } }, icon("more", 18)) : null,
    el("div", { class: "meta" }));
  if (chat.openMenu) content.addEventListener("click", (event) => { if (!event.target.closest("a, button, input, summary, audio, video")) chat.openMenu(message, node.querySelector(".more")); });
  refreshMessage(node, message, phone);
  return node;
}

/** What changes after a message has come: ticks and reactions. */
export function refreshMessage(node, message, phone) {
  const reactions = drawReactions(message.content.reactions ?? []);
  node.querySelector(".under").replaceChildren(...(reactions ? [reactions] : []));
  node.classList.toggle("waiting", message.direction === "in" && message.state === "sent" && !phone.view.online);
  node.querySelector(".meta").replaceChildren(el("time", { datetime: message.at }, timeOf(message.at)),
    ...(message.direction === "in" ? [drawTicks(message.state)] : []), ...(message.content.parts ? [drawParts(message.content)] : []));
}

function classes(message, isNew) {
  return ["message", message.direction, `is-${message.content.kind}`, isWide(message) ? "wide" : "", isNew ? "new" : ""].filter(Boolean).join(" ");
}

function drawTicks(state) {
  return el("span", { class: `ticks ${state}` }, ticks(state === "sent" ? 1 : 2), el("span", { say: `tick_${state}` }));
}

function drawParts({ parts, encoding }) {
  return el("span", { class: "parts", say: [`parts_${encoding === "unicode" ? "unicode" : "gsm7"}`, String(parts)] });
}

function drawQuote(chat, message) {
  const id = message.content.quote;
  if (!id) return null;
  const quoted = chat.byId(id);
  const words = quoted ? summary(quoted) : null;
  const text = words ? el("span", {}, words) : el("span", { say: quoted ? `kind_${quoted.content.kind}` : "quoteGone" });
  return button({ class: "quote", on: { click: () => quoted && chat.show(quoted.seq) } },
    el("strong", { say: !quoted ? "quote" : quoted.direction === "out" ? "quoteCitizen" : "quoteAccount" }), text);
}

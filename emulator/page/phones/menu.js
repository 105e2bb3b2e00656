// The menu of a message: react to it, answer to it.
import { button, el } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { drawChoice } from "/page/phones/reactions.js";

/** Open beside `anchor`. `react` is told an icon's code (null: no reactions here), `reply` opens the answer. */
export function openMenu(message, anchor, { react, reply }) {
  const mine = (message.content.reactions ?? []).findLast((each) => each.by === "user")?.icon;
  const close = () => menu.hidePopover();
  const menu = el("div", { class: "message-menu", popover: "auto" },
    react ? drawChoice(mine, (code) => { close(); react(code); }) : null,
    button({ class: "row", on: { click: () => { close(); reply(); } } }, icon("reply"), el("span", { say: "reply" })));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (hadFocus) anchor.focus({ preventScroll: true });
  });
  anchor.closest(".phone").append(menu); // on the top layer all the same
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect());
  menu.querySelector("button").focus({ preventScroll: true });
}

function place(menu, beside) {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(Math.max(8, beside.left - width / 2), innerWidth - width - 8);
  const above = beside.top - height - 8;
  menu.style.left = `${left}px`;
  menu.style.top = `${above > 8 ? above : Math.min(beside.bottom + 8, innerHeight - height - 8)}px`;
}

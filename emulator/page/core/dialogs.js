// Dialogs over the page: modal, closed by Escape, by their cross, or by a press beside them.
import { button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";

/** Open a dialog with a title (a key of the words, or a ready node) and nodes. Returns the dialog, already open. */
export function openDialog(title, nodes, { kind = "" } = {}) {
  const id = freshId("dialog-title");
  const heading = el("h2", { id, ...(typeof title === "string" || Array.isArray(title) ? { say: title } : {}) });
  if (title instanceof Node) heading.append(title);
  const close = button({ class: "round", label: "close", on: { click: () => dialog.close() } }, icon("close"));
  const dialog = el("dialog", { class: `dialog ${kind}`, "aria-labelledby": id },
    el("header", {}, heading, close), el("div", { class: "dialog-body" }, ...nodes.filter(Boolean)));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A yes or no before something that cannot be taken back. */
export function ask(question, yes) {
  return new Promise((answer) => {
    const choice = (key, kind, value) =>
      button({ class: kind, say: key, on: { click: () => { answer(value); dialog.close(); } } });
    const dialog = openDialog(question, [el("div", { class: "choices" }, choice("cancel", "plain", false), choice(yes, "main", true))]);
    dialog.addEventListener("close", () => answer(false));
  });
}

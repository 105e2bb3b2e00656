// Five stars under a rating template, and the few words that go with them.
import { trying } from "/page/core/api.js";
import { button, el, freshId } from "/page/core/dom.js";
import { openDialog } from "/page/core/dialogs.js";
import { icon } from "/page/core/icons.js";

const STARS = [1, 2, 3, 4, 5];
const PRAISE = ["praiseFast", "praiseKind", "praiseClear"];
const given = new Map(); // message id → stars, as long as the page is open

export function drawRating(phone, message) {
  const row = el("div", { class: "stars", role: "group", label: "rateService" });
  const thanks = el("p", { class: "thanks", role: "status" });
  const draw = () => {
    const rate = given.get(message.message_id) ?? 0;
    row.replaceChildren(...STARS.map((stars) => button({
      class: stars <= rate ? "star on" : "star", label: ["stars", String(stars)], "aria-pressed": String(stars === rate),
      on: { click: () => askWords(phone, message, stars, draw) },
    }, icon("star", 28))));
    thanks.replaceChildren(...(rate ? [el("span", { say: "thanksRating" })] : []));
  };
  draw();
  return el("div", { class: "rating" }, row, thanks);
}

function askWords(phone, message, rate, done) {
  const id = freshId("note");
  const note = el("textarea", { id, rows: 3, maxlength: 500, hint: "ratingHint" });
  const chosen = PRAISE.map((key) => el("label", { class: "chip" }, el("input", { type: "checkbox", value: key }), el("span", { say: key })));
  const error = el("p", { class: "error", role: "alert" });
  const form = el("form", { class: "stacked" },
    el("p", { class: "stars shown", "aria-hidden": "true" }, STARS.map((each) => el("span", { class: each <= rate ? "star on" : "star" }, icon("star", 28)))),
    el("div", { class: "chips" }, chosen), el("label", { for: id, say: "ratingNote" }), note, error,
    el("button", { class: "main", say: "sendRating" }));
  const dialog = openDialog(["stars", String(rate)], [form]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const feedbacks = chosen.filter((each) => each.firstChild.checked).map((each) => each.lastChild.textContent);
    const feedback = { rate, note: note.value, feedbacks, msg_id: message.message_id };
    if (!await trying(error, () => phone.send({ feedback }))) return;
    given.set(message.message_id, rate);
    done();
    dialog.close();
  });
}

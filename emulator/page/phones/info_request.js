// "Share your details": the account asks, the citizen fills in a form, or does not.
import { trying } from "/page/core/api.js";
import { button, el, freshId } from "/page/core/dom.js";
import { openDialog } from "/page/core/dialogs.js";
import { icon } from "/page/core/icons.js";

const shared = new Set(); // message ids, as long as the page is open

export function drawInfoRequest(phone, message) {
  const { content } = message;
  const state = el("p", { class: "thanks", role: "status" });
  const draw = () => state.replaceChildren(...(shared.has(message.message_id) ? [icon("check", 16), el("span", { say: "shared" })] : []));
  const picture = el("div", { class: "info-picture" }, icon("user", 36));
  if (content.image_url) picture.replaceChildren(el("img", { src: content.image_url, alt: "", loading: "lazy", on: { error: () => picture.replaceChildren(icon("user", 36)) } }));
  draw();
  return el("div", { class: "card-like info" }, picture,
    el("div", { class: "info-text" }, el("h3", {}, content.title || content.text || ""), content.subtitle ? el("p", {}, content.subtitle) : null, state),
    el("div", { class: "buttons" }, button({ class: "answer", on: { click: () => ask(phone, message, draw) } }, icon("userPlus", 16), el("span", { say: "shareInfo" }))));
}

function ask(phone, message, done) {
  const fields = [["name", phone.view.name, "text", "name"], ["phone", phone.view.phone, "tel", "tel"], ["address", "", "text", "street-address"],
    ["ward", "", "text", "off"], ["city", "Đà Nẵng", "text", "off"]].map(([name, value, type, complete]) => {
    const id = freshId(name);
    return el("div", { class: "stacked" }, el("label", { for: id, say: `info_${name}` }),
      el("input", { id, name, type, value, autocomplete: complete, required: name === "name" || name === "phone" }));
  });
  const error = el("p", { class: "error", role: "alert" });
  const form = el("form", { class: "stacked" }, el("p", { class: "quiet", say: "shareHelp" }), fields, error, el("button", { class: "main", say: "shareInfo" }));
  const dialog = openDialog("shareInfo", [form]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const filled = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
    if (!await trying(error, () => phone.send({ submit_info: filled }))) return;
    shared.add(message.message_id);
    done();
    dialog.close();
  });
}

// Where a citizen writes: text, and trays for photos, places, stickers, files and contacts. Enter sends.
import { trying } from "/page/core/api.js";
import { button, el, freshId } from "/page/core/dom.js";
import { sizeOf } from "/page/core/format.js";
import { icon } from "/page/core/icons.js";
import { t } from "/page/core/language.js";
import { summary } from "/page/phones/bubbles.js";
import { readFile, readPhoto } from "/page/phones/photo.js";
import { drawTray as drawPlaces } from "/page/phones/places.js";
import { drawTray as drawStickers } from "/page/phones/stickers.js";

/** `send(body)` brings one act to the emulator; `kinds` are those of photo, place, file, contact that this chat takes. */
export function createComposer({ label, send, kinds }) {
  const id = freshId("text");
  const input = el("textarea", { id, name: "text", rows: 1, maxlength: 2000, autocomplete: "off", hint: "type" });
  const error = el("p", { class: "error", role: "alert" });
  const tray = el("div", { class: "tray-holder" });
  const above = el("div", { class: "above" });
  const photo = el("input", { type: "file", accept: "image/*", hidden: true });
  const file = el("input", { type: "file", hidden: true });
  const more = button({ class: "round", label: "attach", "aria-expanded": "false" }, icon("plus"));
  const stickers = button({ class: "round", label: "stickers", "aria-expanded": "false" }, icon("smile"));
  const submit = el("button", { class: "round send", label: "send" }, icon("send"));
  const root = el("form", { class: "compose", novalidate: true }, above, tray,
    el("div", { class: "line" }, more, el("label", { class: "hidden", for: id, say: label }), input, stickers, submit), error, photo, file);
  let attached = null; // {body, name, picture?}
  let answered = null;

  // ---- what is sent ----

  async function deliver(body) {
    const quote = answered && "text" in body ? { quote: answered.message_id } : {};
    const went = await trying(error, () => send({ ...body, ...quote }));
    if (went) { closeTray(); setAnswered(null); }
    return went;
  }

  root.addEventListener("submit", async (event) => {
    event.preventDefault();
    const thing = attached, text = thing && !thing.picture ? "" : input.value; // a file has no caption
    if (!thing && !text.trim()) return;
    // Empty at once, so that the next words may be typed while these are on their way.
    attach(null);
    if (text) write("");
    const caption = thing && text.trim() ? { caption: text } : {};
    if (await deliver(thing ? { ...thing.body, ...caption } : { text })) return;
    if (thing && !attached) attach(thing);
    if (text && !input.value) write(text);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { setAnswered(null); attach(null); closeTray(); }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    root.requestSubmit();
  });
  input.addEventListener("input", grow);

  function write(text) {
    input.value = text;
    grow();
  }

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
  }

  // ---- attachments ----

  function attach(thing) {
    attached = thing;
    drawAbove();
    if (thing) input.focus();
  }

  async function takePhoto(chosen) {
    if (!chosen) return;
    closeTray();
    await trying(error, async () => {
      const data = await readPhoto(chosen).catch(() => { throw new Error(t("noPicture")); });
      const body = chosen.type === "image/gif" && kinds.includes("gif") ? { gif: data } : { image_base64: data };
      attach({ body, name: chosen.name, picture: data });
    });
  }

  async function takeFile(chosen) {
    if (!chosen) return;
    closeTray();
    const data = await readFile(chosen);
    attach({ body: { file: { name: chosen.name, base64: data.split(",")[1] ?? "" } }, name: `${chosen.name} · ${sizeOf(chosen.size)}` });
  }

  photo.addEventListener("change", () => { takePhoto(photo.files[0]); photo.value = ""; });
  file.addEventListener("change", () => { takeFile(file.files[0]); file.value = ""; });
  root.addEventListener("paste", (event) => {
    const picture = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
    if (picture && kinds.includes("photo")) takePhoto(picture);
  });

  function setAnswered(message) {
    answered = message;
    drawAbove();
  }

  function drawAbove() {
    const undo = (what) => button({ class: "round small", label: "undo", on: { click: () => { what(null); input.focus(); } } }, icon("close", 16));
    above.replaceChildren(...[
      answered && el("div", { class: "answering" }, icon("reply", 16), el("span", {}, el("strong", { say: "replyTo" }), summary(answered) ?? t(`kind_${answered.content.kind}`)), undo(setAnswered)),
      attached && el("div", { class: "attached" }, attached.picture ? el("img", { src: attached.picture, alt: "preview" }) : icon("document", 28), el("span", {}, attached.name), undo(attach)),
    ].filter(Boolean));
  }

  // ---- trays ----

  const TRAYS = { more: [more, drawMore], stickers: [stickers, () => drawStickers((sticker) => deliver({ sticker }))] };
  let open = null;

  function toggle(name) {
    if (open === name) return closeTray();
    closeTray();
    open = name;
    const [opener, draw] = TRAYS[name];
    opener.setAttribute("aria-expanded", "true");
    tray.replaceChildren(draw());
    tray.querySelector("button, input")?.focus();
  }

  function closeTray() {
    const hadFocus = tray.contains(document.activeElement);
    if (open) TRAYS[open][0].setAttribute("aria-expanded", "false");
    if (hadFocus) TRAYS[open]?.[0].focus();
    open = null;
    tray.replaceChildren();
  }

  function drawMore() {
    const tile = (kind, image, act) => kinds.includes(kind) ? button({ class: "tile", on: { click: act } }, el("span", { class: `tile-icon ${kind}` }, icon(image, 22)), el("span", { say: kind })) : null;
    return el("div", { class: "tray tiles" },
      tile("photo", "camera", () => photo.click()),
      tile("location", "pin", () => { tray.replaceChildren(drawPlaces((location) => deliver({ location }))); tray.querySelector("button").focus(); }),
      tile("file", "document", () => file.click()),
      tile("contact", "card", () => { tray.replaceChildren(drawContact()); tray.querySelector("input").focus(); }));
  }

  function drawContact() {
    const field = (name, type) => { const own = freshId(name); return el("div", { class: "stacked" }, el("label", { for: own, say: `contact_${name}` }), el("input", { id: own, name, type, required: true })); };
    const form = el("div", { class: "tray own-place", role: "group", label: "contact" }, field("name", "text"), field("phone", "tel"));
    const [name, number] = form.querySelectorAll("input");
    const go = () => { if (name.value.trim() && number.value.trim()) deliver({ business_card: { name: name.value, phone: number.value } }); };
    form.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); go(); } });
    form.append(button({ class: "main", say: "send", on: { click: go } }));
    return form;
  }

  more.addEventListener("click", () => toggle("more"));
  stickers.addEventListener("click", () => toggle("stickers"));
  tray.addEventListener("keydown", (event) => { if (event.key === "Escape") closeTray(); });
  if (!kinds.includes("sticker")) stickers.hidden = true;
  return { root, input, error, takePhoto, takeFile, reply: (message) => { setAnswered(message); input.focus(); } };
}

// One drawing for each kind of message. A drawing gets the phone and the message and returns a node.
import { button, el } from "/page/core/dom.js";
import { openDialog } from "/page/core/dialogs.js";
import { prettyPhone, sizeOf } from "/page/core/format.js";
import { icon } from "/page/core/icons.js";
import { isWebAddress } from "/page/phones/buttons.js";
import { drawArticle, drawCard, drawList } from "/page/phones/cards.js";
import { drawInfoRequest } from "/page/phones/info_request.js";
import { drawPlace } from "/page/phones/places.js";
import { drawSticker } from "/page/phones/stickers.js";

const WEB_ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;
const WIDE = new Set(["card", "list", "info_request", "article"]);

const DRAWINGS = {
  article: drawArticle, audio: drawAudio, business_card: drawContact, card: drawCard, file: drawFile, gif: drawImage,
  image: drawImage, info_request: drawInfoRequest, link: drawLink, list: drawList, location: drawLocation, sms: drawText,
  sticker: drawStickerOf, text: drawText, video: drawVideo,
};

export const isWide = (message) => WIDE.has(message.content.kind);

export function drawContent(phone, message) {
  return (DRAWINGS[message.content.kind] ?? drawOther)(phone, message);
}

/** A few words for a message, for quotes and for those who listen. */
export function summary({ content }) {
  const text = content.card?.title || content.title || content.text;
  return text ? String(text).split("\n")[0].slice(0, 120) : null;
}

function bubble(kind, ...nodes) {
  return el("div", { class: `bubble ${kind}` }, ...nodes);
}

/** Text with its web addresses as links. */
function linked(text) {
  return String(text).split(WEB_ADDRESS).map((part, place) =>
    place % 2 ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
}

function words(content) {
  return content.text ? el("p", { class: "words" }, linked(content.text)) : null;
}

function drawText(_phone, { content }) {
  return bubble("", el("p", { class: "words" }, linked(content.text)));
}

function drawImage(_phone, { content }) {
  const alt = content.text ? ["asIs", content.text] : content.kind === "gif" ? "gif" : "image";
  const picture = el("img", { src: content.image_url ?? "", alt, loading: "lazy" });
  const frame = button({ class: "picture", label: "enlarge", on: { click: () => enlarge(content, alt) } }, picture,
    content.kind === "gif" ? el("span", { class: "tag", "aria-hidden": "true" }, "GIF") : null);
  picture.addEventListener("error", () => frame.replaceChildren(el("span", { class: "no-picture" }, icon("camera", 28), el("span", { say: "noPicture" }))));
  return bubble("media", frame, words(content));
}

function enlarge(content, alt) {
  const caption = el("span", content.text ? {} : { say: "image" }, content.text ?? "");
  openDialog(caption, [el("img", { src: content.image_url, alt }),
    isSafe(content.image_url) && el("a", { class: "download", href: content.image_url, download: "", target: "_blank", rel: "noopener noreferrer" }, icon("download", 18), el("span", { say: "download" }))], { kind: "lightbox" });
}

function drawStickerOf(_phone, { content, request }) {
  const { message: inner = {}, sticker } = request ?? {};
  const sent = inner.attachment?.payload?.elements?.[0]?.attachment_id;
  const id = content.sticker ?? inner.attachments?.[0]?.payload?.id ?? sent ?? inner.sticker ?? sticker ?? "";
  return drawSticker(String(id), content.image_url);
}

function drawFile(_phone, { content }) {
  const { name, size, url } = content.file ?? {};
  const parts = [el("span", { class: "file-icon", "aria-hidden": "true" }, icon("document", 28)),
    el("span", { class: "file-text" }, el("strong", {}, name ?? ""), el("small", {}, [kindOf(name), size ? sizeOf(size) : null].filter(Boolean).join(" · ")))];
  const card = isSafe(url)
    ? el("a", { class: "file", href: url, download: name ?? "", target: "_blank", rel: "noopener noreferrer" }, ...parts, icon("download"))
    : el("div", { class: "file" }, ...parts);
  return bubble("attachment", card, words(content));
}

/** Whether an address may stand behind a link: of the web, or of this emulator. */
const isSafe = (url) => isWebAddress(url) || String(url ?? "").startsWith("/");

const kindOf = (name) => (String(name ?? "").includes(".") ? String(name).split(".").pop().slice(0, 8).toUpperCase() : "");

function drawLocation(_phone, { content }) {
  return bubble("attachment", drawPlace(content.location ?? {}), words(content));
}

function drawLink(_phone, { content }) {
  const url = content.link_url;
  const title = content.title || (isWebAddress(url) ? new URL(url).hostname : "");
  const parts = [content.image_url ? el("img", { class: "banner", src: content.image_url, alt: "", loading: "lazy" }) : null,
    el("strong", {}, title), content.subtitle && content.subtitle !== title ? el("small", {}, content.subtitle) : null, el("span", { class: "address" }, url ?? "")];
  return bubble("attachment", words(content),
    isWebAddress(url) ? el("a", { class: "link-card", href: url, target: "_blank", rel: "noopener noreferrer" }, parts) : el("div", { class: "link-card" }, parts));
}

function drawAudio(_phone, { content }) {
  return bubble("attachment", el("p", { class: "media-title" }, icon("bell", 16), el("span", { say: "audio" })),
    el("audio", { src: content.file?.url ?? content.link_url ?? "", controls: true, preload: "none", label: "audio" }), words(content));
}

function drawVideo(_phone, { content }) {
  return bubble("attachment", el("video", { src: content.file?.url ?? content.link_url ?? "", poster: content.image_url, controls: true, preload: "none", label: "video" }), words(content));
}

function drawContact(_phone, { content }) {
  const { name, phone } = content.business_card ?? content.card ?? {};
  return bubble("attachment", el("div", { class: "contact" }, el("span", { class: "crest" }, icon("user")),
    el("span", { class: "file-text" }, el("strong", {}, name ?? content.title ?? content.text), el("small", {}, prettyPhone(String(phone ?? content.phone ?? content.subtitle ?? ""))))));
}

function drawOther(_phone, message) {
  return bubble("", message.content.text ? el("p", { class: "words" }, linked(message.content.text)) : el("p", { class: "words quiet", say: "cannotDraw" }),
    el("details", { class: "raw" }, el("summary", { say: "asSent" }), el("pre", { tabindex: "0" }, JSON.stringify(message.request, null, 2))));
}

// Our own stickers. Those of the account have ids of its own and come as an address, or as nothing but the id.
import { button, el } from "/page/core/dom.js";

export const STICKERS = ["chao", "cam-on", "vui", "yeu", "duoc", "buon"];

export function drawSticker(id, url) {
  if (STICKERS.includes(id)) return el("img", { class: "sticker", src: `/page/stickers/${id}.svg`, alt: `sticker_${id}` });
  if (url && !url.endsWith("/page/sticker.svg")) return el("img", { class: "sticker", src: url, alt: "sticker", loading: "lazy" });
  return el("div", { class: "sticker unknown" }, el("img", { src: "/page/sticker.svg", alt: "", width: 72, height: 72 }),
    el("span", { say: ["stickerOf", id ?? ""] }));
}

export function drawTray(choose) {
  return el("div", { class: "tray stickers", role: "group", label: "stickers" }, STICKERS.map((id) =>
    button({ class: "sticker-button", label: `sticker_${id}`, on: { click: () => choose(id) } },
      el("img", { src: `/page/stickers/${id}.svg`, alt: "", width: 64, height: 64 }))));
}

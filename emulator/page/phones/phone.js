// One citizen's phone: whose it is and how it stands above, the device with its three sides below.
import { post, trying } from "/page/core/api.js";
import { inVietnam, now, onClock } from "/page/core/clock.js";
import { $, button, el } from "/page/core/dom.js";
import { initial, prettyPhone } from "/page/core/format.js";
import { icon } from "/page/core/icons.js";
import { put } from "/page/core/language.js";
import { makeTabs } from "/page/core/tabs.js";
import { countUnread, createFace, FACE_NAMES, FACE_OF, noteLook } from "/page/phones/faces.js";
import { openMenu } from "/page/phones/menu.js";
import { createStateMenu } from "/page/phones/state_menu.js";

const HURDLES = [
  { is: (view) => !view.zalo, say: "stop_nozalo", act: "stop_nozalo_act", change: { zalo: true } },
  { is: (view) => !view.online, say: "stop_offline", act: "stop_offline_act", change: { online: true } },
  { only: "zalo", is: (view) => view.blocked, say: "stop_blocked", act: "stop_blocked_act", change: { blocked: false } },
];

/** A phone; `onUnread` is told when the number of unread messages may have changed, `hide` takes it away. */
export function createPhone(first, { onUnread, hide }) {
  const number = prettyPhone(first.phone);
  const phone = { view: first, number, act, send: (body) => send("phones", body), change, unread: 0 };
  const faces = Object.fromEntries(FACE_NAMES.map((name) => [name, createFace(phone, name, { send, openMenu: menu })]));
  const tabs = el("div", { class: "faces", role: "tablist", label: ["faces", number] }, FACE_NAMES.map((name) => faces[name].tab));
  const title = el("h2");
  const badges = el("p", { class: "badges" });
  const avatar = el("span", { class: "avatar", "aria-hidden": "true" });
  const state = createStateMenu(first.phone, hide);
  const time = el("time", {});
  const signal = el("span", { class: "signal" });
  const root = el("section", { class: "phone", id: `phone-${first.phone}`, label: ["phoneOf", first.name, number] },
    el("header", { class: "owner" }, avatar, el("div", { class: "who" }, title, badges), state.root),
    el("div", { class: "device" }, el("div", { class: "status-bar", "aria-hidden": "true" }, time, el("span", { class: "island" }), signal),
      tabs, FACE_NAMES.map((name) => faces[name].panel), el("div", { class: "home-bar", "aria-hidden": "true" })));
  let chosen = faces.zalo;
  const select = makeTabs(tabs, (tab) => { chosen = faces[tab.dataset.face]; chosen.chat.toEnd(); look(); });

  // ---- acts ----

  function send(path, body) {
    return post(`/_emulator/${path}/${first.phone}/send`, body);
  }

  function act(body) {
    return trying(faces.zalo.composer.error, () => phone.send(body));
  }

  function change(flags) {
    return trying(chosen.composer?.error ?? faces.zalo.composer.error, () => post(`/_emulator/phones/${first.phone}/state`, flags));
  }

  function menu(message, anchor) {
    openMenu(message, anchor, {
      react: message.direction === "in" ? (icon) => act({ reaction: { message_id: message.message_id, icon } }) : null,
      reply: () => faces.zalo.composer.reply(message),
    });
  }

  // ---- looking ----

  /** Somebody looks at the phone: what stands on its open side is read. */
  function look() {
    const { view } = phone;
    noteLook(chosen, view.phone);
    const mayRead = chosen === faces.zalo && view.online && view.zalo && !view.blocked && document.visibilityState === "visible";
    if (mayRead && countUnread(chosen, view.phone)) phone.send({ read: true }).catch(() => {});
    drawUnread();
  }

  function drawUnread() {
    phone.unread = 0;
    for (const face of Object.values(faces)) {
      const count = countUnread(face, phone.view.phone);
      phone.unread += count;
      face.badge.hidden = !count;
      face.badge.textContent = String(count);
      put(face.badge, "label", ["unread", String(count)]);
    }
    onUnread();
  }

  // ---- drawing ----

  function refresh(view) {
    const wasOnline = phone.view.online;
    phone.view = view;
    title.textContent = view.name;
    put(root, "label", ["phoneOf", view.name, number]);
    avatar.textContent = initial(view.name);
    badges.replaceChildren(el("span", { class: "number" }, number), ...badgesOf(view).map(([kind, key]) => el("span", { class: `badge ${kind}`, say: key })));
    state.refresh(view);
    signal.replaceChildren(icon(view.online ? "wifi" : "wifiOff", 16), el("span", { class: "battery" }));
    drawAccount(view);
    drawHurdle(view);
    if (wasOnline !== view.online) for (const face of Object.values(faces)) face.chat.refresh();
  }

  function drawAccount(view) {
    const { follow, standing } = faces.zalo;
    put(standing, "say", view.follows ? "standing_follows" : "standing_plain");
    put(faces.sms.standing, "say", "standing_sms");
    put(faces.bot.standing, "say", "standing_bot");
    put(follow, "say", view.follows ? "unfollow" : "follow");
    follow.setAttribute("aria-pressed", String(view.follows));
    follow.hidden = !view.zalo;
  }

  function drawHurdle(view) {
    for (const face of [faces.zalo, faces.bot]) {
      const hurdle = HURDLES.find(({ is, only }) => is(view) && (!only || only === face.name));
      face.composer.root.hidden = Boolean(hurdle);
      face.stop.replaceChildren(...(hurdle ? [el("p", { say: hurdle.say }), button({ class: "plain", say: hurdle.act, on: { click: () => change(hurdle.change) } })] : []));
    }
    faces.sms.stop.replaceChildren(el("p", { say: "smsOneWay" }));
  }

  function take(message) {
    const isNew = faces[FACE_OF[message.channel]]?.chat.take(message) ?? false;
    if (isNew && message.direction === "in" && root.contains(document.activeElement)) look();
    else drawUnread();
    return isNew;
  }

  function clear() {
    for (const face of Object.values(faces)) face.chat.clear();
  }

  const drawTime = () => { time.textContent = inVietnam(now()).slice(11, 16); };
  onClock(drawTime);
  drawTime();
  root.addEventListener("focusin", look);
  root.addEventListener("pointerdown", look);
  takeDrops(root, () => chosen.composer);
  return Object.assign(phone, { root, refresh, take, clear, look, toEnd: () => chosen.chat.toEnd(), start: () => select($("[role=tab]", tabs)) });
}

function badgesOf(view) {
  const found = [["bad", "badge_nozalo", !view.zalo], ["bad", "badge_blocked", view.blocked], ["bad", "badge_offline", !view.online],
    ["warn", "badge_refuses", view.refuses_templates], ["warn", "badge_inactive", view.inactive]].filter(([, , is]) => is);
  return found.length ? found : [[view.follows ? "good" : "plain", view.follows ? "badge_follows" : "badge_plain"]];
}

/** A picture or a file may be dropped onto a phone. */
function takeDrops(root, composerOf) {
  root.addEventListener("dragover", (event) => { event.preventDefault(); root.classList.add("dropping"); });
  root.addEventListener("dragleave", () => root.classList.remove("dropping"));
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    const composer = composerOf();
    if (file && composer) (file.type.startsWith("image/") ? composer.takePhoto : composer.takeFile)(file);
  });
}

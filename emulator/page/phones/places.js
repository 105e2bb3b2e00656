// Places: some of Đà Nẵng to send, and how a place looks in a chat. The map is a drawing; nothing is loaded from outside.
import { button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";

export const PLACES = [
  { name: "Trung tâm Hành chính Đà Nẵng", where: "24 Trần Phú", latitude: 16.0760, longitude: 108.2239 },
  { name: "Chợ Hàn", where: "119 Trần Phú", latitude: 16.0682, longitude: 108.2244 },
  { name: "Cầu Rồng", where: "Nguyễn Văn Linh", latitude: 16.0611, longitude: 108.2275 },
  { name: "Bãi biển Mỹ Khê", where: "Võ Nguyên Giáp", latitude: 16.0612, longitude: 108.2469 },
  { name: "Ngũ Hành Sơn", where: "81 Huyền Trân Công Chúa", latitude: 16.0039, longitude: 108.2639 },
];
const NEAR_DEGREES = 0.0005; // some fifty metres

function nameOf(latitude, longitude) {
  return PLACES.find((place) => Math.abs(place.latitude - latitude) < NEAR_DEGREES
    && Math.abs(place.longitude - longitude) < NEAR_DEGREES)?.name;
}

export function drawPlace({ latitude, longitude }) {
  const [north, east] = [Number(latitude), Number(longitude)];
  const name = nameOf(north, east);
  const map = `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=17/${north}/${east}`;
  return el("div", { class: "place" },
    el("div", { class: "map", "aria-hidden": "true" }, el("span", { class: "map-pin" }, icon("pin", 36))),
    el("div", { class: "place-text" },
      name ? el("strong", {}, name) : el("strong", { say: "place" }),
      el("span", { class: "coordinates" }, `${latitude}, ${longitude}`),
      el("span", { class: "place-links" },
        el("a", { href: `geo:${north},${east}?z=17`, say: "openMaps" }),
        el("a", { href: map, target: "_blank", rel: "noopener noreferrer" }, "OpenStreetMap"))));
}

/** The tray: known places, own coordinates, and where this computer is. `choose` gets {latitude, longitude}. */
export function drawTray(choose) {
  const error = el("p", { class: "error", role: "alert" });
  const known = PLACES.map(({ name, where, latitude, longitude }) =>
    button({ class: "row", on: { click: () => choose({ latitude, longitude }) } }, icon("pin"),
      el("span", {}, el("strong", {}, name), el("small", {}, where))));
  return el("div", { class: "tray places", role: "group", label: "place" }, known, here(choose, error), own(choose), error);
}

function here(choose, error) {
  if (!navigator.geolocation) return null;
  const ask = () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => choose({ latitude: coords.latitude, longitude: coords.longitude }),
    (problem) => { error.textContent = problem.message; }, { timeout: 8000 });
  return button({ class: "row", on: { click: ask } }, icon("search"), el("strong", { say: "hereNow" }));
}

function own(choose) {
  const field = (name, limit) => {
    const id = freshId(name);
    return el("div", { class: "stacked" }, el("label", { for: id, say: name }),
      el("input", { id, name, type: "number", step: "any", min: -limit, max: limit, required: true }));
  };
  // No form of its own: the tray stands inside the composer's.
  const form = el("div", { class: "own-place" }, field("latitude", 90), field("longitude", 180));
  const [north, east] = form.querySelectorAll("input");
  const go = () => { if (north.reportValidity() && east.reportValidity()) choose({ latitude: Number(north.value), longitude: Number(east.value) }); };
  form.append(button({ class: "main", say: "send", on: { click: go } }));
  form.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); go(); } });
  return form;
}

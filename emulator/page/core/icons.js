// Line icons, drawn on a field of 24 by 24.
const PATHS = {
  alert: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4v.1",
  arrowDown: "M12 5v14M6 13l6 6 6-6",
  ban: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.7 5.7l12.6 12.6",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6z",
  bot: "M6 9h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2zM12 9V5M12 4.6v.1M9 13.6v.8M15 13.6v.8",
  calendar: "M5 6h14v14H5zM5 10.5h14M9 3.5V8M15 3.5V8",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  card: "M4 6h16v12H4zM9 12.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM6.3 15.5c.8-2 4.6-2 5.4 0M14.5 10h3.5M14.5 13.5h3.5",
  check: "M5 12.5 10 17.5 19 7",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.2l3.4 2",
  close: "M6 6l12 12M18 6 6 18",
  code: "M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5",
  copy: "M9 9h11v11H9zM15 5.5V4H4v11h1.5",
  document: "M7 3.5h7.5L18.5 8v12.5H7zM14 3.5V8.5h4.5M10 13h5.5M10 16.5h5.5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  eyeOff: "M4 4l16 16M9.6 5.9c.8-.3 1.6-.4 2.4-.4 6 0 9.5 6.5 9.5 6.5s-1 1.9-2.9 3.6M6.3 7.5C3.9 9.2 2.5 12 2.5 12S6 18.5 12 18.5c1.6 0 3-.4 4.3-1.1",
  gauge: "M4 17.5a9 9 0 1 1 16 0M12 14l4-5",
  grid: "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
  key: "M14.5 13.5a5 5 0 1 0-4-4L3.5 16.5V20.5h4v-2.5H10v-2.5zM16 8v.1",
  link: "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1",
  list: "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.1M4 12h.1M4 17.5h.1",
  message: "M4 5h16v11.5H11L6.5 20v-3.5H4z",
  more: "M5.5 12h.1M12 12h.1M18.5 12h.1",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  phone: "M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3c0 1-1 2-2 2C11 20 4 13 4 5.5c0-1 1-2 2-2z",
  pin: "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  plus: "M12 5v14M5 12h14",
  refresh: "M19.5 9A8 8 0 0 0 5 8M4.5 4v4.5H9M4.5 15A8 8 0 0 0 19 16M19.5 20v-4.5H15",
  reply: "M10 6 4 12l6 6M4.5 12H13c4 0 6.5 2 7 6.5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  shield: "M12 3 5 6v5.5c0 4.5 3 7.5 7 9.5 4-2 7-5 7-9.5V6zM8.8 11.8l2.4 2.4 4-4.4",
  sliders: "M4 7h9m5 0h2M4 17h3m5 0h8M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c1.8 2.3 5.2 2.3 7 0M9 9.5v.6M15 9.5v.6",
  star: "M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17.1 6.7 20l1.1-6L3.4 9.8l6-.8z",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c1-5.5 14-5.5 15 0",
  userPlus: "M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20c1-5.5 13-5.5 14 0M19 8v6M16 11h6",
  webhook: "M12 8a3 3 0 1 0-2.6-1.5L6 13M6 19a3 3 0 1 0-2.6-1.5M6 16h9.5M18 19a3 3 0 1 0 0-6c-.8 0-1.5.2-2 .7L12.8 7.8",
  wifi: "M4.5 10.5c4.5-4 10.5-4 15 0M7.5 14c2.7-2.3 6.3-2.3 9 0M12 18v.1",
  wifiOff: "M4 4l16 16M4.5 10.5c1.3-1.2 2.8-2 4.3-2.5M13 7.6c2.3.2 4.6 1.1 6.5 2.9M7.5 14c1-.9 2.2-1.4 3.5-1.6M12 18v.1",
};

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** An icon by name; it is decoration, the words stand beside it. */
export function icon(name, size = 20) {
  return draw(PATHS[name], "0 0 24 24", size, size);
}

/** One tick for sent, two for delivered and read. */
export function ticks(count) {
  return draw(count === 1 ? "M2 6.5 6 10.5 14 2" : "M1 6.5 5 10.5 12 2M8.5 9.8 9.5 10.5 17 2", "0 0 18 12", 18, 12);
}

function draw(path, viewBox, width, height) {
  const root = svg("svg", { viewBox, width, height, class: "icon", "aria-hidden": "true", focusable: "false" });
  root.append(svg("path", { d: path }));
  return root;
}

// Requests and answers as they came: a list, the newest first, and one of them in full.
import { get } from "/page/core/api.js";
import { button, el } from "/page/core/dom.js";
import { momentOf } from "/page/core/format.js";
import { asCurl } from "/page/developers/curl.js";
import { copyButton, drawJson, field } from "/page/developers/parts.js";

const MAX_KEPT = 500;

export function createRequests() {
  const kept = new Map(); // seq → {exchange, node}, oldest first
  const path = el("input", { type: "search", hint: "pathHint", autocomplete: "off" });
  const which = el("select", {}, ["all", "failed", "frowned"].map((value) => el("option", { value, say: `show_${value}` })));
  const list = el("ol", { class: "requests", label: "dev_requests" });
  const nothing = el("p", { class: "quiet note", say: "noRequests" });
  const detail = el("div", { class: "detail", role: "region", label: "detail", tabindex: "0" }, el("p", { class: "quiet", say: "chooseRequest" }));
  const root = el("div", { class: "request-view" },
    el("div", { class: "filters" }, field("path", path), field("show", which)),
    el("div", { class: "split" }, el("div", { class: "request-list" }, nothing, list), detail));
  let last = 0;
  let chosen = null;

  async function refresh() {
    const { requests } = await get(`/_emulator/requests?since=${last}`);
    for (const exchange of requests) add(exchange);
    if (requests.length) filter();
    if (!requests.length && last) await noticeRestart();
  }

  /** An emulator that started again counts from one. */
  async function noticeRestart() {
    const { requests } = await get(`/_emulator/requests?since=${last - 1}`);
    if (requests.length) return;
    kept.clear();
    list.replaceChildren();
    last = 0;
    filter();
  }

  function add(exchange) {
    const node = el("li", {}, button({ class: `request ${moodOf(exchange)}`, on: { click: () => choose(exchange.seq) } },
      el("span", { class: "method" }, exchange.method), el("span", { class: "path" }, exchange.path),
      el("span", { class: "when" }, exchange.at.slice(11, 19)), el("span", { class: "took" }, `${exchange.ms} ms`),
      el("span", { class: "verdict" }, verdictOf(exchange)), frowns(exchange) ? el("span", { class: "frown", say: "brokeRule" }) : null));
    kept.set(exchange.seq, { exchange, node });
    last = Math.max(last, exchange.seq);
    list.prepend(node);
    if (kept.size > MAX_KEPT) drop(kept.keys().next().value);
  }

  function drop(seq) {
    kept.get(seq).node.remove();
    kept.delete(seq);
  }

  function filter() {
    const wanted = path.value.trim().toLowerCase();
    let shown = 0;
    for (const { exchange, node } of kept.values()) {
      const fits = exchange.path.toLowerCase().includes(wanted) && { all: true, failed: isFailed(exchange), frowned: frowns(exchange) }[which.value];
      node.hidden = !fits;
      shown += fits;
    }
    nothing.hidden = shown > 0;
  }

  function choose(seq) {
    if (chosen) kept.get(chosen)?.node.firstChild.removeAttribute("aria-current");
    chosen = seq;
    const { exchange, node } = kept.get(seq);
    node.firstChild.setAttribute("aria-current", "true");
    detail.replaceChildren(...drawExchange(exchange));
    if (matchMedia("(max-width: 899px)").matches) detail.scrollIntoView({ block: "nearest" });
  }

  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    let there = step && event.target.closest("li")?.[step];
    while (there?.hidden) there = there[step];
    if (!there) return;
    event.preventDefault();
    there.firstChild.focus();
    there.firstChild.click();
  });
  path.addEventListener("input", filter);
  which.addEventListener("change", filter);
  return { root, refresh };
}

const isFailed = ({ status, error }) => status >= 400 || Boolean(Number(error));
const frowns = ({ violations, rules }) => Boolean((violations ?? rules ?? []).length);
const moodOf = (exchange) => (isFailed(exchange) ? "bad" : frowns(exchange) ? "warn" : "good");
const verdictOf = ({ status, error }) => (error !== null && error !== undefined ? `${status} · ${error}` : String(status));

function drawExchange(exchange) {
  const { request, answer, at, method, path, ms } = exchange;
  const rules = exchange.rules ?? exchange.violations ?? [];
  const part = (key, value) => (isEmpty(value) ? [] : [el("h4", { say: key }), drawJson(value)]);
  return [
    el("header", {}, el("h3", {}, el("span", { class: "method" }, method), " ", path),
      el("p", { class: "quiet" }, `${momentOf(at)} · ${ms} ms · `, el("span", { class: `verdict ${moodOf(exchange)}` }, verdictOf(exchange))),
      el("div", { class: "line" }, copyButton(() => asCurl(exchange, location.origin), "copyCurl"), copyButton(() => JSON.stringify(exchange, null, 2), "copyJson"))),
    ...(rules.length ? [el("p", { class: "note warn" }, el("span", { say: "brokeRules" }), " ", rules.join(", "))] : []),
    ...part("query", request.query), ...part("headers", request.headers), ...part("body", request.body), ...part("answer", answer),
  ];
}

const isEmpty = (value) => value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);

// Tabs after the ARIA pattern: one of them is in the tab order, arrows move, the panel follows at once.

/** `list` holds role=tab nodes with aria-controls; `onSelect` is told the chosen tab. Returns `select(tab)`. */
export function makeTabs(list, onSelect = () => {}) {
  const all = () => [...list.querySelectorAll("[role=tab]")];

  function select(chosen) {
    for (const tab of all()) {
      const is = tab === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      if (panel) panel.hidden = !is;
    }
    onSelect(chosen);
  }

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const tabs = all();
    const here = tabs.indexOf(event.target.closest("[role=tab]"));
    const there = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (here < 0 || there === undefined) return;
    event.preventDefault();
    const next = tabs.at(there % tabs.length);
    next.focus();
    select(next);
  });
  return select;
}

// The events as rows: as many in the page as fit, however many there are.

import { attr, clock, h, text } from "./elements.js";
import { FIRED, OPEN, PART, TROUBLE, find, oldest, slot, wording } from "./monitor_ring.js";

const ROWS = 9;
const ROW_PX = 28;
/** @type {Record<number, string>} */
const SHAPES = { [FIRED]: "good", [TROUBLE]: "bad", [OPEN]: "warn", [PART]: "part" };
const COLUMNS = [
  { title: "#", class: "mm-num mm-serial" },
  { title: "time", class: "mm-when" },
  { title: "port", class: "mm-port" },
  { title: "event", class: "mm-event" },
  { title: "became", class: "mm-became" },
  { title: "mapping", class: "mm-mapped" },
  { title: "late", class: "mm-num mm-late" },
];
let lists = 0;

/**
 * Places of a ring that pass the filter, oldest first; those that the ring has lost are left out.
 * @param {number[]} [begun]
 */
export function places(begun = []) {
  let all = begun;
  let head = 0;
  return {
    /** @param {number} place */
    push: (place) => all.push(place),
    /** @param {number} least */
    drop(least) {
      while (head < all.length && all[head] < least) head++;
      if (head > 16_384) {
        all = all.slice(head);
        head = 0;
      }
    },
    size: () => all.length - head,
    /** @param {number} back 0 is the newest @returns {number} -1 is none */
    at: (back) => (back >= 0 && back < all.length - head ? all[all.length - 1 - back] : -1),
    /** How far back a place is. @param {number} place @returns {number} */
    back(place) {
      let [low, high] = [head, all.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (all[middle] < place) low = middle + 1;
        else high = middle;
      }
      return all.length - 1 - Math.min(low, all.length - 1);
    },
    copy: () => places(all.slice(head)),
  };
}

/**
 * @param {{ ring: () => import("./monitor_ring.js").Ring, told: ReturnType<typeof import("./monitor_ring.js").texts>,
 *   shown: () => ReturnType<typeof places>, chosen: () => number, choose: (place: number) => void,
 *   hold: () => void, live: () => void }} about
 *   `chosen`: the number of the event that is asked about; `hold`, `live`: somebody reads what is
 *   further down, or is back on top
 */
export function list({ ring, told, shown, chosen, choose, hold, live }) {
  const id = `mm-events-${++lists}`;
  const cells = Array.from({ length: ROWS }, () => COLUMNS.map((one) => h(one.title === "#" ? "th" : "td",
    { class: one.class, scope: one.title === "#" ? "row" : undefined })));
  const chips = cells.map((row) => row[4].appendChild(h("span", { class: "mm-chip" })));
  const rows = cells.map((row, index) => h("tr", { id: `${id}-${index}`, role: "row" }, ...row));
  const heads = COLUMNS.map((one) => h("th", { scope: "col", class: one.class }, one.title));
  const body = h("tbody", {}, ...rows);
  const table = h("table", { class: "mm-table mm-events", role: "grid", tabIndex: 0, "aria-label": "events, the newest first" },
    h("thead", {}, h("tr", {}, ...heads)), body);
  const tall = h("div", { class: "mm-tall" }, table);
  const scroller = h("div", { class: "mm-scroller" }, tall);
  const nothing = h("p", { class: "mm-empty" });
  const el = h("div", { class: "mm-list" }, scroller, nothing);
  let top = 0;
  let asked = 0;
  /** @type {number[]} */
  const lines = new Array(ROWS).fill(-1);

  /** @param {string} empty what is said where there are no rows */
  function draw(empty) {
    const [events, all] = [ring(), shown()];
    all.drop(oldest(events));
    const size = all.size();
    tall.style.height = `${Math.max(size, ROWS) * ROW_PX + 30}px`;
    top = Math.max(0, Math.min(top, size - ROWS));
    attr(table, "aria-rowcount", size + 1);
    let active = null;
    for (let index = 0; index < ROWS; index++) {
      const place = (lines[index] = all.at(top + index));
      if (place >= 0) fill(index, events, slot(place));
      rows[index].classList.toggle("mm-blank", place < 0);
      if (place < 0) blank(index);
      const is = place >= 0 && events.number[slot(place)] === chosen();
      attr(rows[index], "aria-rowindex", place < 0 ? null : top + index + 2);
      attr(rows[index], "aria-selected", place < 0 ? null : String(is));
      if (is) active = rows[index].id;
    }
    attr(table, "aria-activedescendant", active);
    text(nothing, size ? "" : empty);
  }

  /** @param {number} index */
  function blank(index) {
    cells[index].forEach((cell, at) => at !== 4 && text(cell, ""));
    text(chips[index], "");
    attr(rows[index], "data-twin", null);
  }

  /** @param {number} index @param {import("./monitor_ring.js").Ring} events @param {number} here */
  function fill(index, events, here) {
    const [kind, word, mapped] = told.get(events.outcome[here]) ?? [0, "…", ""];
    const [serial, when, port, event, , mapping, late] = cells[index];
    const time = events.time[here];
    const ms = events.late[here];
    text(serial, events.serial[here]);
    text(when, `${clock(time)}.${String(Math.floor(time) % 1000).padStart(3, "0")}`);
    said(port, told.get(events.port[here]) ?? "…");
    said(event, wording(events, here, told));
    text(chips[index], word);
    chips[index].className = `mm-chip mm-${SHAPES[kind] ?? "off"}`;
    said(mapping, mapped);
    mapping.classList.toggle("mm-low", kind !== FIRED && kind !== TROUBLE);
    text(late, Number.isFinite(ms) ? `${ms.toFixed(1)} ms` : "–");
    attr(rows[index], "data-twin", `%midi why ${events.serial[here]}`);
  }

  /** @param {HTMLElement} cell @param {string} words */
  function said(cell, words) {
    text(cell, words);
    attr(cell, "title", words);
  }

  /** Go so many rows down. @param {number} rows @param {boolean} [whole] to that row, not from here */
  function go(rows, whole = false) {
    if (!shown().size()) return;
    hold();
    const [events, all] = [ring(), shown()];
    const place = find(events, chosen());
    const wanted = whole ? rows : place < 0 ? top : all.back(place) + rows;
    const back = Math.max(0, Math.min(wanted, all.size() - 1));
    if (back < top) top = back;
    if (back >= top + ROWS) top = back - ROWS + 1;
    scroller.scrollTop = top * ROW_PX;
    choose(all.at(back));
  }

  /** Bring an event into sight. @param {number} place */
  function reveal(place) {
    const all = shown();
    top = Math.max(0, Math.min(all.back(place) - (ROWS >> 1), all.size() - ROWS));
    scroller.scrollTop = top * ROW_PX;
  }

  function onTop() {
    top = 0;
    scroller.scrollTop = 0;
    live();
  }

  const keys = /** @type {Record<string, () => void>} */ ({
    ArrowDown: () => go(1), j: () => go(1), ArrowUp: () => go(-1), k: () => go(-1),
    PageDown: () => go(ROWS - 1), PageUp: () => go(1 - ROWS),
    Home: () => go(0, true), End: () => go(Infinity, true), Enter: () => go(0), Escape: onTop,
  });
  table.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  // at once, not on release: by then another event may be in that row
  body.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const index = rows.findIndex((row) => row.contains(/** @type {Node} */ (event.target)));
    const place = index < 0 ? -1 : lines[index];
    if (place < 0 || event.button !== 0) return;
    hold();
    choose(place);
  });
  scroller.addEventListener("scroll", () => {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      const row = Math.round(scroller.scrollTop / ROW_PX);
      if (row === top) return;
      top = row;
      if (row > 0) hold();
      else live();
    });
  });
  return { el, draw, reveal, onTop };
}

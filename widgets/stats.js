// Statistics: how much was played and run, what became of it, and how long it took.

import { attr, button, grid, h, py, short, span, text, word } from "./elements.js";
import { binned, durations, overTime, showSpark, spark, sparked } from "./charts.js";
import { begin } from "./view.js";

const RECENT_S = 120; // what a small curve shows, in bins of two seconds
const CALM_MS = 2000; // a table that is sorted while it changes is put in order this often
const MOST_ROWS = 5000;
const STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600];
const WINDOWS = [
  { name: "5 min", seconds: 300, twin: "midi.activity(300)" },
  { name: "1 h", seconds: 3600, twin: "midi.activity(3600)" },
  { name: "session", seconds: 0, twin: "midi.activity()" },
];
const NONE = { runs: 0, failed: 0, denied: 0, timeouts: 0, limited: 0, hist: [], marks: [null, null, null], error: "" };

/** The columns that can be sorted by, as `midi.stats(sort=...)` calls them; `up`: smallest first.
 * @type {Record<string, { of: (row: any) => any, up?: boolean }>} */
const SORTS = {
  plugin: { of: (row) => row.name, up: true },
  runs: { of: (row) => row.runs },
  success: { of: (row) => success(row), up: true },
  failed: { of: (row) => row.failed },
  denied: { of: (row) => row.denied },
  timeouts: { of: (row) => row.timeouts },
  limited: { of: (row) => row.limited },
  p50: { of: (row) => row.marks[0] },
  p95: { of: (row) => row.marks[1] },
  p99: { of: (row) => row.marks[2] },
  error: { of: (row) => row.error },
};

/** The share of runs that did not raise, in per cent; null where nothing ran. @param {any} row */
function success(row) {
  return row.runs ? Math.max(((row.runs - row.failed) / row.runs) * 100, 0) : null;
}

/** In per cent, never 100 where something failed. @param {any} row */
function percent(row) {
  const share = success(row);
  return share === null ? "–" : share === 100 ? "100" : (Math.floor(share * 10) / 10).toFixed(1);
}

/** @param {number | null} us */
function time(us) {
  return us === null ? "–" : span(us);
}

/** @param {string} label @param {string} [unit] */
function tile(label, unit = "") {
  const value = h("span");
  const note = h("span", { class: "mm-note" });
  const measure = h("span", { class: "mm-unit" }, unit);
  const figure = h("span", { class: "mm-figure" }, value, measure);
  return {
    el: h("div", { class: "mm-card" }, h("span", { class: "mm-label" }, label), figure, note),
    /** @param {string} said @param {string} remark @param {string} [kind] */
    show(said, remark, kind = "") {
      text(value, said);
      text(note, remark);
      attr(value, "class", kind && `mm-${kind}`);
      measure.hidden = said === "–";
    },
  };
}

/** The counts of all that was told, and the kernel's time. */
function store() {
  const rows = new Map();
  /** @type {Map<string, any>} */
  const plugins = new Map();
  let behind = Infinity;
  let sequence = 0;
  const kept = {
    rows,
    plugins,
    /** @type {string[]} */
    names: [],
    /** @type {any} */
    state: null,
    /** The present moment by the engine's clock, in seconds. */
    now: () => performance.now() / 1000 - behind,
    /** Take a frame in; false where one before it is missing, or too much has come together.
     * @param {any} state */
    take(state) {
      if (!state.follows) {
        behind = Infinity;
        rows.clear();
        plugins.clear();
      } else if (state.follows !== sequence) return false;
      sequence = state.sequence;
      behind = Math.min(behind, performance.now() / 1000 - state.now); // the quickest frame is the truest
      kept.state = state;
      kept.names = state.names ?? kept.names;
      for (const row of state.history) rows.set(row[0], row);
      for (const name of plugins.keys()) if (!kept.names.includes(name)) plugins.delete(name);
      for (const [name, told] of Object.entries(state.plugins)) {
        const recent = new Map(plugins.get(name)?.recent);
        for (const row of told.rows) recent.set(row[0], row);
        plugins.set(name, { ...told, name, recent });
      }
      return rows.size < MOST_ROWS;
    },
  };
  return kept;
}

/** @param {any} panel */
function build(panel) {
  const data = store();
  const chart = overTime({ area: "events", line: "runs", marks: "failures", unit: "/s" });
  const spread = durations();
  const tiles = {
    events: tile("EVENTS", "/s"), runs: tile("RUNS"), success: tile("SUCCESS", "%"),
    denied: tile("DENIED"), timeouts: tile("TIMEOUTS"), limited: tile("LIMITED"),
  };
  const marks = ["p50", "p95", "p99"].map((name) => ({ name, value: h("span", { class: "mm-figure" }) }));
  let period = WINDOWS[0];
  let sort = { by: "", up: true };
  let chosen = " all";
  let ordered = 0;
  /** @type {string[]} */
  let order = [];
  let timer = setInterval(tick, 1000); // time goes on where nothing happens

  const periods = WINDOWS.map((one) => button(one.name, {
    twin: one.twin,
    onclick() {
      period = one;
      panel.twin(one.twin);
      drawHistory();
    },
  }));
  const choice = h("select", {
    "aria-label": "whose times are shown", onchange: () => choose(choice.value),
  });
  const error = h("p", { class: "mm-error" });
  const table = plugins();
  const figures = h("div", { class: "mm-tiles" }, ...Object.values(tiles).map((one) => one.el),
    h("div", { class: "mm-card mm-three" }, h("span", { class: "mm-label" }, "TIME OF A RUN, WHOLE SESSION"),
      ...marks.map((one) => h("span", {}, one.value, h("span", { class: "mm-note" }, one.name)))));
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, ...chart.above,
      h("div", { class: "mm-segments mm-gap", role: "group", "aria-label": "how far back" }, ...periods)),
    chart.el, figures, table.grid.el,
    h("div", { class: "mm-row mm-head" }, h("label", { class: "mm-field" }, "Times of", choice), error),
    spread.el);

  /** Show the times of a plugin, of all, or of the engine. @param {string} what */
  function choose(what) {
    chosen = what;
    panel.twin(twin());
    draw(null);
  }

  function twin() {
    if (chosen === " all") return "%midi stats";
    return chosen === " engine" ? "%midi status" : `%midi stats ${word(chosen)}`;
  }

  function plugins() {
    const figure = (/** @type {string} */ title, /** @type {(row: any) => any} */ said, /** @type {string} */ kind = "") => ({
      title, num: true, make: () => h("span"),
      show(/** @type {any} */ node, /** @type {any} */ row) {
        text(node, said(row));
        attr(node, "class", kind && row[title] ? `mm-${kind}` : "");
      },
    });
    const columns = [
      { title: "plugin", class: "mm-name", make: (/** @type {any} */ row) => button(row.name, {
        kind: "quiet", twin: `%midi stats ${word(row.name)}`, title: row.name, onclick: () => choose(chosen === row.name ? " all" : row.name) }),
        show: (/** @type {any} */ node, /** @type {any} */ row) => attr(node, "aria-pressed", row.chosen) },
      { title: "last 2 min", make: spark, show: (/** @type {any} */ node, /** @type {any} */ row) => showSpark(node, row.curve) },
      figure("runs", (row) => row.runs.toLocaleString("en")),
      figure("success", (row) => (row.runs ? `${percent(row)} %` : "–")),
      figure("failed", (row) => row.failed.toLocaleString("en"), "bad"),
      figure("denied", (row) => row.denied.toLocaleString("en"), "warn"),
      figure("timeouts", (row) => row.timeouts.toLocaleString("en"), "warn"),
      figure("limited", (row) => row.limited.toLocaleString("en"), "warn"),
      figure("p50", (row) => time(row.marks[0])),
      figure("p95", (row) => time(row.marks[1])),
      figure("p99", (row) => time(row.marks[2])),
      { title: "last error", class: "mm-last", text: (/** @type {any} */ row) => row.error },
    ];
    const made = grid(columns, { label: "plugins", key: (/** @type {any} */ row) => row.name,
      empty: "No plugin yet. Map one in a cell, as midi.map(note(36), Blink), and play: its numbers appear here." });
    const heads = [...made.el.querySelectorAll("th")];
    heads.forEach((head, at) => {
      const key = columns[at].title.replace("last error", "error");
      if (!(key in SORTS)) return;
      head.replaceChildren(button(columns[at].title, { kind: "quiet", onclick: () => sortBy(key) }));
    });
    return { grid: made, heads, keys: columns.map((one) => one.title.replace("last error", "error")) };
  }

  /** @param {string} key */
  function sortBy(key) {
    sort = { by: key, up: sort.by === key ? !sort.up : Boolean(SORTS[key].up) };
    ordered = 0;
    draw(null);
    panel.twin(sortTwin(key, sort.up));
  }

  /** @param {string} key @param {boolean} up */
  function sortTwin(key, up) {
    return `midi.stats(sort=${py(up ? key : `-${key}`)})`;
  }

  /** Put the rows in order: not under somebody's hand, and not all the time. */
  function arrange() {
    const held = table.grid.el.matches(":hover, :focus-within") && ordered;
    const known = order.length === data.names.length && order.every((name) => data.plugins.has(name));
    if (known && (held || performance.now() - ordered < CALM_MS)) return;
    ordered = performance.now();
    order = [...data.names];
    if (!sort.by) return;
    const of = SORTS[sort.by].of;
    const values = new Map(order.map((name) => [name, of(data.plugins.get(name) ?? NONE)]));
    order.sort((one, other) => {
      const [a, b] = [values.get(one), values.get(other)];
      if (a === null || b === null) return Number(a === null) - Number(b === null); // what has none comes last
      return (a < b ? -1 : a > b ? 1 : 0) * (sort.up ? 1 : -1);
    });
  }

  function drawTable() {
    arrange();
    const to = Math.floor(data.now() / 2) * 2;
    table.grid.update(order.filter((name) => data.plugins.has(name)).map((name) => {
      const { recent, rows, hist, last, ...row } = data.plugins.get(name);
      for (const start of recent.keys()) if (start < to - RECENT_S - 10) recent.delete(start);
      const curve = recent.size ? sparked(binned(recent.values(), to - RECENT_S, to, 2, 1)[0]) : "";
      return { ...row, curve, chosen: name === chosen };
    }));
    table.heads.forEach((head, at) => {
      const key = table.keys[at];
      if (!(key in SORTS)) return;
      const mine = sort.by === key;
      attr(head, "aria-sort", mine && (sort.up ? "ascending" : "descending"));
      attr(head.firstChild, "data-twin", sortTwin(key, mine ? !sort.up : Boolean(SORTS[key].up)));
    });
  }

  function drawHistory() {
    const { began, rate } = data.state;
    const to = Math.max(Math.floor(data.now()), began + 1);
    const length = period.seconds || Math.max(to - began, 60);
    const step = STEPS.find((one) => length / one <= 400) ?? 600;
    const from = to - length;
    const values = binned(data.rows.values(), from, to, step, 3);
    const first = Math.floor(from / step) * step;
    periods.forEach((one, at) => attr(one, "aria-pressed", WINDOWS[at] === period));
    chart.show(values, rate, ticks(length), (bin) => to - first - bin * step);
  }

  /** @param {number} length of what is shown, in seconds */
  function ticks(length) {
    const parts = period.seconds === 300 ? 5 : 4;
    return Array.from({ length: parts + 1 }, (_, at) => ago(length * (1 - at / parts)));
  }

  function drawFigures() {
    const { total, rate, events } = data.state;
    tiles.events.show(short(rate[0]), `${events.toLocaleString("en")} so far`);
    tiles.runs.show(total.runs.toLocaleString("en"), `${short(rate[1])} /s now`);
    tiles.success.show(percent(total), total.failed ? `${total.failed.toLocaleString("en")} failed` : total.runs ? "none failed" : "nothing ran yet", total.failed ? "bad" : "");
    tiles.denied.show(short(total.denied), "not granted", total.denied ? "warn" : "");
    tiles.timeouts.show(short(total.timeouts), "took too long", total.timeouts ? "warn" : "");
    tiles.limited.show(short(total.limited), "too often", total.limited ? "warn" : "");
    marks.forEach((one, at) => text(one.value, time(total.marks[at])));
  }

  function drawTimes() {
    const names = JSON.stringify(data.names);
    if (choice.dataset.names !== names) {
      choice.dataset.names = names;
      choice.replaceChildren(h("option", { value: " all" }, "all plugins"), h("option", { value: " engine" }, "the engine: lateness"),
        ...data.names.map((name) => h("option", { value: name }, name)));
    }
    if (!chosen.startsWith(" ") && !data.names.includes(chosen)) chosen = " all";
    choice.value = chosen;
    attr(choice, "data-twin", twin());
    const { total, late } = data.state;
    if (chosen === " engine") spread.show(late, "events", "No event yet: press a pad, or midi.virtual.press(36).");
    else if (chosen === " all") spread.show(total, "runs", "No run yet. How long runs take is shown here, by how many took how long.");
    else spread.show(data.plugins.get(chosen) ?? NONE, "runs", `${chosen} has not run yet: play what it is mapped to.`);
    const one = data.plugins.get(chosen);
    const said = chosen === " engine" ? "the last 2,000 events, from the driver's stamp to the engine" : one?.error || (one ? "no error" : "whole session");
    text(error, said);
    attr(error, "title", said);
    attr(error, "class", one?.error ? "mm-error mm-bad" : "mm-error");
  }

  /** @param {any} state */
  function draw(state) {
    if (state && !data.take(state)) panel.tell("look", { on: true }); // everything anew
    if (!data.state) return;
    drawHistory();
    drawFigures();
    drawTable();
    drawTimes();
  }

  function tick() {
    if (!data.state) return;
    drawHistory();
    drawTable();
  }

  return {
    draw,
    /** @param {boolean} on */
    seen(on) {
      clearInterval(timer);
      if (on) timer = setInterval(tick, 1000);
    },
    close: () => clearInterval(timer),
  };
}

/** @param {number} seconds */
function ago(seconds) {
  if (seconds < 0.5) return "now";
  if (seconds < 59.5) return `−${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `−${minutes} min`;
  return `−${(seconds / 3600).toFixed(1)} h`;
}

export default { render: (/** @type {Context} */ context) => begin(context, "stats", build) };

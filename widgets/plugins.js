// The plugins: a table to choose from and switch in, and what there is to know of the chosen one.

import { attr, button, chip, grid, h, py, short, text, toggle, word } from "./elements.js";
import { begin } from "./view.js";
import { details } from "./plugin_details.js";

/** @typedef {{ name: string, version: string, about: string, state: string, why: string, kind: string,
 *   where: string, folder: string, files: boolean, scopes: string[], author: string, license: string,
 *   verified: boolean, versions: number, error: { error: string, line: string, place: string } | null,
 *   times: number, lines: number, chosen: boolean }} Row */

/** @type {Record<string, ["good" | "warn" | "bad" | "low" | "off", string]>} */
const LOOKS = { enabled: ["good", ""], disabled: ["off", ""], refused: ["warn", ""], available: ["low", "mm-available"] };

/** @type {Record<string, [string, (row: Row) => boolean]>} */
const FILTERS = {
  all: ["All", () => true],
  enabled: ["Enabled", (row) => row.state === "enabled"],
  disabled: ["Disabled", (row) => row.state === "disabled"],
  refused: ["Refused", (row) => row.state === "refused"],
  errors: ["With errors", (row) => row.times > 0],
  available: ["Available", (row) => row.state === "available"],
};

/** @param {any} panel */
function build(panel) {
  /** @type {Row[]} */
  let rows = [];
  let filter = "all";
  let chosen = "";
  let looked = 0;

  const search = h("input", {
    type: "search", placeholder: "Search plugins", "aria-label": "search plugins", "data-twin": "%midi plugins", oninput: () => list(),
  });
  const filters = Object.entries(FILTERS).map(([name, [title]]) => {
    const count = h("span", { class: "mm-count" });
    const el = button("", { twin: "%midi plugins", onclick: () => ((filter = name), list()) });
    el.append(title, " ", count);
    return { name, el, count };
  });
  const discover = button("Look for plugins", {
    twin: "%midi discover", title: "in folders and packages",
    onclick: () => panel.act(discover, "discover", {}, "%midi discover"),
  });
  const table = grid([
    { title: "ON", class: "mm-on", make: makeSwitch, show: showSwitch },
    { title: "PLUGIN", head: true, class: "mm-who", make: makeName, show: showName },
    { title: "STATE", class: "mm-state", make: () => chip("", "off"), show: showState },
    { title: "VERSION", class: "mm-version", text: (row) => row.version || "–" },
    { title: "ERRORS", num: true, class: "mm-errors", make: () => h("span"), show: showErrors },
  ], { label: "plugins", empty: "", key: (/** @type {Row} */ row) => row.name });
  table.el.addEventListener("keydown", (/** @type {any} */ event) => walk(event));
  const problems = h("ul", { class: "mm-problems", "aria-label": "what could not be found" });
  const detail = details(panel);
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, search,
      h("div", { class: "mm-filters", role: "group", "aria-label": "which plugins" }, ...filters.map((one) => one.el)),
      h("span", { class: "mm-gap" }), discover),
    problems,
    h("div", { class: "mm-split" }, table.el, detail.el));

  /** @param {Row} row */
  function makeSwitch(row) {
    const { name } = row;
    const turn = toggle(`${name} is enabled`, (on, control) => {
      choose(name);
      return panel.act(control, on ? "enable" : "disable", { name }, `%midi ${on ? "enable" : "disable"} ${word(name)}`);
    });
    const load = button("Load", {
      twin: `%midi load ${word(name)}`, label: `load ${name}`,
      onclick: () => (choose(name), panel.act(load, "load", { name }, `%midi load ${word(name)}`)),
    });
    return Object.assign(h("span", { class: "mm-turn" }, turn.el, load), { turn, load });
  }

  /** @param {any} node @param {Row} row */
  function showSwitch(node, row) {
    const on = row.state === "enabled" || row.state === "refused";
    const available = row.state === "available";
    node.turn.show(on);
    attr(node.turn.el, "data-twin", `%midi ${on ? "disable" : "enable"} ${word(row.name)}`);
    node.turn.el.hidden = available;
    node.load.hidden = !available;
    node.turn.el.tabIndex = node.load.tabIndex = row.chosen ? 0 : -1;
  }

  /** @param {Row} row */
  function makeName(row) {
    const name = h("span", { class: "mm-named" }, row.name);
    const note = h("span", { class: "mm-note" });
    const el = h("button", {
      type: "button", class: "mm-choose", title: row.name, "data-twin": `midi.plugins.get_metadata(${py(row.name)})`,
      onclick: () => choose(row.name),
    }, name, note);
    return Object.assign(el, { note });
  }

  /** @param {any} node @param {Row} row */
  function showName(node, row) {
    const failed = row.error && row.times > 0;
    text(node.note, failed ? `✖ ${row.error?.line}` : row.about || place(row));
    attr(node.note, "class", failed ? "mm-note mm-bad" : "mm-note");
    attr(node, "aria-pressed", String(row.chosen));
    node.tabIndex = row.chosen ? 0 : -1;
    node.closest("tr")?.classList.toggle("mm-chosen", row.chosen);
  }

  /** @param {any} node @param {Row} row */
  function showState(node, row) {
    const [kind, more] = LOOKS[row.state] ?? LOOKS.disabled;
    text(node, row.state);
    attr(node, "class", `mm-chip mm-${kind} ${more}`);
  }

  /** @param {any} node @param {Row} row */
  function showErrors(node, row) {
    text(node, row.times ? short(row.times) : "–");
    attr(node, "class", row.times ? "mm-bad" : "mm-low");
  }

  /** Arrows go from row to row; what is chosen goes along. @param {KeyboardEvent} event */
  function walk(event) {
    const at = event.target instanceof Element ? event.target.closest("tr") : null;
    const body = at?.parentElement;
    if (!at || !body || body.tagName !== "TBODY" || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const index = [...body.children].indexOf(at);
    const last = body.children.length - 1;
    const to = { ArrowUp: Math.max(index - 1, 0), ArrowDown: Math.min(index + 1, last), Home: 0, End: last }[event.key] ?? index;
    const wanted = /** @type {any} */ (event.target).closest(".mm-on") ? ".mm-on button:not([hidden])" : ".mm-choose";
    const there = /** @type {any} */ (body.children[to].querySelector(wanted));
    choose(/** @type {HTMLElement} */ (body.children[to].querySelector(".mm-named")).textContent ?? "");
    there.focus();
  }

  /** @param {string} name */
  function choose(name) {
    chosen = name;
    list();
  }

  function list() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => {
      const said = `${row.name} ${row.about} ${row.kind} ${place(row)} ${row.error?.line ?? ""}`.toLowerCase();
      return words.every((/** @type {string} */ one) => said.includes(one));
    });
    for (const one of filters) {
      text(one.count, found.filter(FILTERS[one.name][1]).length);
      attr(one.el, "aria-pressed", String(one.name === filter));
    }
    const shown = found.filter(FILTERS[filter][1]);
    const kept = shown.find((row) => row.name === chosen) ?? shown[0];
    chosen = kept?.name ?? "";
    table.empty(nothing());
    table.update(shown.map((row) => ({ ...row, chosen: row === kept })));
    detail.show(kept);
  }

  function nothing() {
    if (!rows.length) {
      return looked
        ? "No plugin is in memory, and none was found. Define an ActionPlugin in a cell, or %midi new NAME writes one to begin with."
        : "No plugins yet. Define an ActionPlugin in a cell and run it, or look for those in folders and packages.";
    }
    return search.value ? `No plugin here matches “${search.value}”.` : `No plugin is ${FILTERS[filter][0].toLowerCase()}.`;
  }

  /** @param {any} state @param {DataView[]} buffers */
  function draw(state, [counts]) {
    if (state) {
      looked = state.looked;
      rows = state.rows.map((/** @type {Row} */ row) => ({ ...row, times: 0, lines: 0 }));
      problems.replaceChildren(...state.problems.map((/** @type {string} */ one) => h("li", { class: "mm-note mm-warn", title: one }, `▲ ${one}`)));
      problems.hidden = !state.problems.length;
    }
    for (let at = 0; counts && at < Math.min(rows.length, counts.byteLength / 16); at++) {
      rows[at].times = counts.getFloat64(16 * at, true);
      rows[at].lines = counts.getFloat64(16 * at + 8, true);
    }
    list();
  }

  return { draw };
}

/** Where a plugin comes from, in words. @param {Row} row */
function place(row) {
  return row.where ? `${row.kind} in ${row.where}` : row.folder ? `${row.kind} ${row.folder}` : row.kind;
}

export default { render: (/** @type {Context} */ context) => begin(context, "plugins", build) };

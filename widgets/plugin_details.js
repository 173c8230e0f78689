// What there is to know of one plugin: about it, its errors, its log, its versions.

import { attr, button, chip, clock, h, once, py, short, tabs, text, word } from "./elements.js";
import { fresh } from "./fresh.js";
import { history, journal } from "./plugin_past.js";

const LOOKS = /** @type {Record<string, "good" | "warn" | "bad" | "low" | "off">} */ ({ enabled: "good", disabled: "off", refused: "warn", available: "low" });

/** @param {any} panel */
export function details(panel) {
  /** @type {any} */
  let row;
  let page = 0;
  const name = h("strong", { class: "mm-heading" });
  const state = chip("", "off");
  const from = h("span", { class: "mm-note" });
  const reload = button("Reload", { onclick: () => act(reload, "reload") });
  const unload = button("Unload", { onclick: once(() => act(unload, "unload")) });
  const load = button("Load", { kind: "primary", onclick: () => act(load, "load") });
  const about = aboutIt();
  const errors = raised(panel);
  const log = journal(panel);
  const past = history(panel);
  const pages = [about, errors, log, past];
  const turned = tabs("about the chosen plugin", pages.map((one, at) => ({ title: ["About", "Errors", "Log", "Versions"][at], body: one.el })), (index) => {
    page = index;
    if (row) pages[page].show(row);
  });
  const nothing = h("p", { class: "mm-empty" }, "Choose a plugin to see its errors, its log and its versions.");
  const all = h("div", { class: "mm-all" },
    h("div", { class: "mm-row" }, name, state, h("span", { class: "mm-gap" }), reload, unload, load),
    from, turned.el);
  const el = h("section", { class: "mm-beside", "aria-label": "the chosen plugin" }, nothing, all);
  turned.choose(0);

  /** @param {any} control @param {string} verb */
  const act = (control, verb) => panel.act(control, verb, { name: row.name }, `%midi ${verb} ${word(row.name)}`);

  /** @param {any} chosen */
  function show(chosen) {
    nothing.hidden = Boolean(chosen);
    all.hidden = !chosen;
    if (!chosen) return;
    row = chosen;
    const typed = word(row.name);
    text(name, row.name);
    attr(name, "title", row.name);
    text(state, row.state);
    attr(state, "class", `mm-chip mm-${LOOKS[row.state] ?? "off"}${row.state === "available" ? " mm-available" : ""}`);
    const again = row.files || row.state === "available" ? "" : `, run ${row.where ? "that" : "its cell"} again to reload it`;
    const said = [`${row.where ? `${row.kind} in ${row.where}` : row.kind}${again}`, row.version && `version ${row.version}`, row.folder].filter(Boolean).join(" · ");
    text(from, said);
    attr(from, "title", said);
    const available = row.state === "available";
    load.hidden = !available;
    unload.hidden = available;
    reload.hidden = available || !row.files;
    for (const [control, verb] of /** @type {[any, string][]} */ ([[load, "load"], [unload, "unload"], [reload, "reload"]])) attr(control, "data-twin", `%midi ${verb} ${typed}`);
    turned.name(0, "About", `midi.plugins.get_metadata(${py(row.name)})`);
    turned.name(1, row.times ? `Errors ${short(row.times)}` : "Errors", `%midi errors ${typed}`);
    turned.name(2, row.lines ? `Log ${short(row.lines)}` : "Log", `%midi log ${typed}`);
    turned.name(3, row.versions ? `Versions ${row.versions}` : "Versions", `%midi history ${typed}`);
    pages[page].show(row);
  }

  return { el, show };
}

function aboutIt() {
  const why = h("p", { class: "mm-why" });
  const said = h("p", { class: "mm-said" });
  const facts = h("dl", { class: "mm-facts" });
  const el = h("div", {}, why, said, facts);
  let shown = "";
  return {
    el,
    /** @param {any} row */
    show(row) {
      text(why, row.why ? `▲ It does not run: ${row.why}` : row.error && row.times ? `✖ ${row.error.line}` : "");
      why.hidden = !why.textContent;
      attr(why, "class", row.why ? "mm-why mm-warn" : "mm-why mm-bad");
      text(said, row.about || "Its author says nothing about it.");
      const listed = [
        ["declares", row.scopes.join(", ") || "nothing"],
        ["from", row.where || row.folder || row.kind],
        ["version", row.version],
        ["author", row.author],
        ["licence", row.license],
        ["files", row.files ? (row.verified ? "● the checksum in its manifest is right" : "○ no checksum to hold them against") : ""],
      ].filter((one) => one[1]);
      if (JSON.stringify(listed) === shown) return;
      shown = JSON.stringify(listed);
      facts.replaceChildren(...listed.flatMap(([what, value]) => [h("dt", {}, what), h("dd", {}, value)]));
    },
  };
}

/** @param {any} panel */
function raised(panel) {
  let name = "";
  const list = h("ol", { class: "mm-raised" });
  const nothing = h("p", { class: "mm-empty" }, "It has raised nothing.");
  const forget = button("Forget them", {
    kind: "quiet", onclick: () => panel.act(forget, "forget errors", { name }, `%midi errors ${word(name)} clear`),
  });
  const el = h("div", {}, list, nothing, forget);
  /** @type {Map<string, any>} */
  const kept = new Map();

  const answers = fresh(panel, (groups, whose) => {
    if (whose !== name) return;
    const before = new Map(kept);
    kept.clear();
    for (const one of groups) {
      const key = JSON.stringify([whose, one.version, one.error, one.place]);
      const entry = before.get(key) ?? group(whose, one);
      entry.show(one);
      kept.set(key, entry);
    }
    list.replaceChildren(...[...kept.values()].map((one) => one.el));
    nothing.hidden = groups.length > 0;
    forget.hidden = !groups.length;
  });

  /** @param {string} whose @param {any} one */
  function group(whose, one) {
    const line = h("span", { class: "mm-line mm-bad" });
    const note = h("span", { class: "mm-note" });
    const trace = h("pre", { class: "mm-code", tabIndex: 0, hidden: true, "aria-label": "traceback" });
    const more = button("traceback", {
      kind: "quiet", twin: `print(midi.errors(${py(whose)})[0].traceback)`, label: `traceback of ${one.error}`,
      onclick: async () => {
        trace.hidden = !trace.hidden;
        attr(more, "aria-expanded", String(!trace.hidden));
        if (trace.hidden) return;
        const { version, error, place } = one;
        text(trace, await panel.act(more, "traceback", { name: whose, version, error, place }) ?? "");
        panel.say("");
      },
    });
    attr(more, "aria-expanded", "false");
    return {
      el: h("li", {}, h("div", { class: "mm-row" }, h("div", { class: "mm-what" }, line, note), more), trace),
      /** @param {any} now */
      show(now) {
        text(line, `✖ ${now.line}`);
        const since = now.times > 1 ? `${short(now.times)} times, ${clock(now.first)} to ${clock(now.last)}` : `once, ${clock(now.last)}`;
        const said = [since, now.line.includes(now.place) ? "" : now.place, now.version && `version ${now.version}`, now.event && `event ${now.event}`].filter(Boolean).join(" · ");
        text(note, said);
        attr(note, "title", said);
      },
    };
  }

  return {
    el,
    /** @param {any} row */
    show(row) {
      if (row.name !== name) {
        name = row.name;
        kept.clear();
        list.replaceChildren();
        nothing.hidden = forget.hidden = true;
        attr(forget, "data-twin", `%midi errors ${word(name)} clear`);
      }
      answers.want(`${row.name} ${row.times}`, "errors", () => ({ name }));
    },
  };
}

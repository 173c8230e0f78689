// The grants: what waits for an answer on top, then who may do what, then what was decided.

import { attr, chip, clock, grid, h, py, short, tabs, text, toggle } from "./elements.js";
import { begin } from "./view.js";
import { DENY, GRANTS, buttons, danger } from "./deciding.js";
import { scopesOf } from "./grant_scopes.js";
import { auditTail, neverUsed } from "./grant_log.js";

const SHOWN_FREE = "No plugin asks for anything. Those that declare capabilities appear here when their cell has run, or when they are loaded.";

/** What is refused and wanted; an answered one stays in its place until the hand has gone.
 * @param {any} panel */
function waiting(panel) {
  /** @type {Map<string, any>} */
  const kept = new Map();
  const list = h("ul", { class: "mm-waiting" });
  const nothing = h("p", { class: "mm-empty" }, "Nothing waits for an answer. What a plugin wants and may not do is put here, with the line that wanted it.");
  const more = h("p", { class: "mm-note" });
  const box = h("div", { class: "mm-box", tabIndex: 0, role: "region", "aria-label": "waiting for an answer" }, nothing, list, more);
  const label = h("h3", { class: "mm-label" });
  const count = h("span", { class: "mm-hidden", role: "status" });
  const el = h("section", {}, label, count, box);
  let pointed = false;
  let last = /** @type {any} */ ({ waiting: [], more: 0 });

  const here = () => pointed || box.querySelector(":focus-visible") !== null;

  box.addEventListener("pointerenter", () => (pointed = true));
  box.addEventListener("pointerleave", () => ((pointed = false), show(last)));
  box.addEventListener("focusout", () => setTimeout(() => show(last)));

  /** @param {any} one */
  const key = (one) => JSON.stringify([one.plugin, one.scope, one.why]);

  /** @param {any} state */
  function show(state) {
    last = state;
    const wanted = new Map(state.waiting.map((/** @type {any} */ one) => [key(one), one]));
    for (const [id, entry] of kept) {
      if (wanted.has(id)) entry.show(wanted.get(id));
      else if (here()) entry.answered();
      else {
        entry.el.remove();
        kept.delete(id);
      }
    }
    for (const [id, one] of wanted) {
      if (kept.has(id)) continue;
      const entry = item(one);
      kept.set(id, entry);
      list.append(entry.el);
    }
    nothing.hidden = kept.size > 0;
    text(more, state.more ? `… and ${state.more} more` : "");
    const number = state.waiting.length + state.more;
    text(label, `WAITING FOR AN ANSWER${number ? ` · ${number}` : ""}`);
    text(count, number ? `${number} wait for an answer` : "");
  }

  /** @param {any} one */
  function item(one) {
    const said = h("div", { class: "mm-wish" });
    const note = h("div", { class: "mm-note" });
    const grantable = one.why === "not granted";
    const answers = buttons(panel, grantable ? [...GRANTS, DENY] : [{ ...DENY, until: "session" }], () => ({ name: one.plugin, scope: one.scope }));
    answers.show();
    const row = h("li", { class: "mm-wanted", title: grantable ? undefined : "its author has to add it to its capabilities" }, danger(one.risk), h("div", { class: "mm-what" }, said, note, answers.problem), answers.group);
    /** @param {any} now */
    function shown(now) {
      const tried = now.times > 0;
      said.replaceChildren(h("strong", {}, now.plugin), tried ? " tried " : " wants ", h("code", { class: "mm-code" }, now.scope));
      const times = now.times === 1 ? `once, ${clock(now.last)}` : `${short(now.times)} times, last ${clock(now.last)}`;
      const why = now.why === "not granted" ? "not granted" : "not declared, so it can not be granted";
      const parts = tried ? [why, times, now.at && `at ${now.at}`, now.op !== "execute" && now.op] : ["it does not run before that is answered"];
      text(note, parts.filter(Boolean).join(" · "));
      attr(note, "title", note.textContent);
      row.classList.remove("mm-done");
      answers.over(false);
    }
    shown(one);
    return {
      el: row,
      show: shown,
      answered() {
        text(note, "answered");
        row.classList.add("mm-done");
        answers.over(true);
        answers.clear();
      },
    };
  }

  return { el, show };
}

/** One word and shape for the scopes of a capability. @param {any[] | undefined} scopes
 * @returns {[string, "good" | "warn" | "bad" | "low" | "off" | "accent", string]} */
function summed(scopes) {
  if (!scopes) return ["–", "off", "not declared"];
  const of = (/** @type {string} */ verdict) => scopes.filter((one) => one.verdict === verdict);
  const granted = of("granted");
  if (granted.length === scopes.length) {
    const spans = new Set(granted.map((one) => one.span));
    return ["granted", "good", spans.size === 1 ? how(granted[0].span) : `${granted.length} scopes`];
  }
  if (of("denied").length === scopes.length) return ["denied", "bad", how(scopes[0].span)];
  if (granted.length || of("partly granted").length) return ["in part", "accent", `${granted.length} of ${scopes.length} scopes`];
  if (of("suspended").length) return ["suspended", "warn", "other files now"];
  if (of("revoked").length) return ["revoked", "low", ""];
  return ["asks", "warn", ""];
}

/** @param {string} span */
function how(span) {
  return { once: "once", session: "this session", always: "always", declared: "low risk" }[span] ?? "";
}

/** @param {any} panel */
function build(panel) {
  /** @type {any[]} */
  let rows = [];
  let chosen = "";
  let current = "";
  let columns = "";
  /** @type {any} */
  let table = null;
  const low = toggle("grant low risks when they are declared", (on, control) =>
    panel.act(control, "grant low", { on }, `midi.plugins.set_auto_grant_safe(${on ? "True" : "False"})`));
  const wishes = waiting(panel);
  const matrix = h("div", { class: "mm-matrix" });
  const detail = scopesOf(panel);
  const unused = neverUsed(panel);
  const audit = auditTail(panel);
  const log = tabs("what was decided and used", [{ title: "Audit", body: audit.el }, { title: "Never used", body: unused.el }], (at) => audit.shown(at === 0));
  log.name(0, "Audit", "%midi audit");
  log.choose(0);
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, chip("guarded", "accent"),
      h("span", { class: "mm-tier" }, "what plugins do is checked, and that is not a sandbox: ", h("cite", { class: "mm-code" }, "docs/security.md"), " says what it is worth"),
      h("label", { class: "mm-field mm-gap" }, "grant low risks when declared", low.el)),
    wishes.el,
    h("div", { class: "mm-split" }, matrix, detail.el),
    log.el);

  /** A table for these capabilities; another set of them is another table. @param {any[]} capabilities */
  function made(capabilities) {
    const heads = capabilities.map((one) => ({ title: one.name, class: "mm-cap", make: cell(one.name), show: showCell }));
    const fresh = grid([{ title: "PLUGIN", head: true, class: "mm-who", make: who, show: showWho }, ...heads],
      { label: "who may do what", empty: SHOWN_FREE, key: (/** @type {any} */ row) => row.name });
    fresh.el.querySelectorAll("thead th").forEach((/** @type {any} */ th, /** @type {number} */ at) => {
      if (at) th.append(danger(capabilities[at - 1].risk));
      if (at) th.title = `may ${capabilities[at - 1].may}`;
    });
    fresh.el.addEventListener("keydown", (/** @type {any} */ event) => walk(event));
    return fresh;
  }

  /** @param {any} row */
  function who(row) {
    const name = h("span", { class: "mm-named" }, row.name);
    const note = h("span", { class: "mm-note" });
    const el = h("button", { type: "button", class: "mm-choose", title: row.name, "data-twin": `midi.plugins.standings(${py(row.name)})`, onclick: () => choose(row.name, "") }, name, note);
    return Object.assign(el, { note });
  }

  /** @param {any} node @param {any} row */
  function showWho(node, row) {
    text(node.note, row.disabled ? "○ disabled" : row.refused ? "▲ does not run" : "● enabled");
    attr(node.note, "class", `mm-note ${row.disabled ? "" : row.refused ? "mm-warn" : "mm-good"}`);
    attr(node, "aria-pressed", String(row.chosen && !row.current));
    node.tabIndex = row.chosen && !row.current ? 0 : -1;
    node.closest("tr")?.classList.toggle("mm-chosen", row.chosen);
  }

  /** @param {string} capability */
  function cell(capability) {
    return (/** @type {any} */ row) => {
      const word = chip("", "off");
      const note = h("span", { class: "mm-note" });
      const el = h("button", { type: "button", class: "mm-cell", "data-twin": `midi.plugins.standings(${py(row.name)})`, onclick: () => choose(row.name, capability) }, word, note);
      return Object.assign(el, { word, note, capability });
    };
  }

  /** @param {any} node @param {any} row */
  function showCell(node, row) {
    const [said, kind, note] = summed(row.scopes[node.capability]);
    const nothing = !row.scopes[node.capability];
    text(node.word, said);
    attr(node.word, "class", nothing ? "mm-low" : `mm-chip mm-${kind}${said === "in part" ? " mm-part" : ""}`);
    text(node.note, nothing ? "" : note);
    attr(node, "aria-label", `${row.name}, ${node.capability}: ${nothing ? "not declared" : `${said} ${note}`}`);
    const on = row.chosen && row.current === node.capability;
    attr(node, "aria-pressed", String(on));
    node.tabIndex = on ? 0 : -1;
  }

  /** Arrows go from cell to cell. @param {KeyboardEvent} event */
  function walk(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const td = event.target instanceof Element ? event.target.closest("tbody td, tbody th") : null;
    const tr = td?.parentElement;
    if (!step || !td || !tr?.parentElement) return;
    event.preventDefault();
    const row = tr.parentElement.children[[...tr.parentElement.children].indexOf(tr) + step[0]];
    const to = row?.children[[...tr.children].indexOf(td) + step[1]]?.querySelector("button");
    if (!to) return;
    to.click();
    to.focus();
  }

  /** @param {string} name @param {string} capability */
  function choose(name, capability) {
    chosen = name;
    current = capability;
    list();
    detail.reveal(capability);
  }

  function list() {
    const kept = rows.find((row) => row.name === chosen) ?? rows[0];
    chosen = kept?.name ?? "";
    table.update(rows.map((row) => ({ ...row, chosen: row === kept, current: row === kept ? current : "" })));
    detail.show(kept, capabilities);
  }

  /** @type {any[]} */
  let capabilities = [];

  /** @param {any} state @param {DataView[]} buffers */
  function draw(state, [count]) {
    if (state) {
      low.show(state.auto);
      capabilities = state.capabilities;
      rows = state.rows.filter((/** @type {any} */ row) => Object.keys(row.scopes).length);
      const now = JSON.stringify(capabilities);
      if (now !== columns) {
        table = made(capabilities);
        matrix.replaceChildren(table.el);
        if (!capabilities.some((one) => one.name === current)) current = "";
      }
      columns = now;
      attr(low.el, "data-twin", `midi.plugins.set_auto_grant_safe(${state.auto ? "False" : "True"})`);
      wishes.show(state);
      list();
      const left = unused.show(rows);
      log.name(1, left ? `Never used ${left}` : "Never used", "%midi audit --unused");
      audit.names(state.rows.map((/** @type {any} */ row) => row.name));
    }
    if (count) audit.counted(count.getFloat64(0, true));
  }

  return { draw };
}

export default { render: (/** @type {Context} */ context) => begin(context, "grants", build) };

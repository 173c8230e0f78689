// A plugin's log, in pages, and its versions, with what has changed and the way back.

import { attr, button, chip, clock, grid, h, text, word } from "./elements.js";
import { fresh } from "./fresh.js";

const SHOWN = 200;

/** The log, followed while its end is shown. @param {any} panel */
export function journal(panel) {
  let name = "";
  let first = 0; // the number of the first line that is shown
  let oldest = 0;
  let follows = true;
  /** @type {any[][]} */
  let lines = [];
  const list = h("ol", { class: "mm-log", role: "log", "aria-live": "off", "aria-label": "log", tabIndex: 0 });
  const nothing = h("p", { class: "mm-empty" }, "It has printed nothing.");
  const older = button("Older", { onclick: () => page(first) });
  const newest = button("Newest", { onclick: () => page(null) });
  const where = h("span", { class: "mm-low" });
  const clear = button("Empty it", {
    kind: "quiet", onclick: () => panel.act(clear, "clear log", { name }, `%midi log ${word(name)} clear`).then(() => page(null)),
  });
  const el = h("div", { class: "mm-paged" }, list, nothing, h("div", { class: "mm-row mm-pages" }, older, newest, where, h("span", { class: "mm-gap" }), clear));

  const answers = fresh(panel, (answer, whose) => whose === name && follows && take(answer, true));

  /** @param {any} answer @param {boolean} joined whether the lines before it are those that are shown */
  function take(answer, joined) {
    const end = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    oldest = answer.oldest;
    const stay = joined ? lines.slice(0, Math.max(answer.first - first, 0)) : [];
    const all = answer.first > first + lines.length ? answer.lines : [...stay, ...answer.lines];
    const from = answer.first + answer.lines.length - all.length;
    const left = Math.max(all.length - SHOWN, oldest - from, 0);
    lines = all.slice(left);
    first = from + left;
    draw();
    if (end || !joined) list.scrollTop = follows ? list.scrollHeight : 0;
  }

  function draw() {
    list.replaceChildren(...lines.map(([at, version, source, event, said]) => h("li", { class: `mm-${source}`, title: event ? `event ${event}` : undefined },
      h("span", { class: "mm-at" }, clock(at)), h("span", { class: "mm-low" }, `${version}${source === "stdout" ? "" : ` ${source}`}`), " ", said)));
    nothing.hidden = lines.length > 0;
    list.hidden = !lines.length;
    older.disabled = first <= oldest;
    newest.disabled = follows;
    text(where, lines.length ? `lines ${first + 1} to ${first + lines.length}${first <= oldest && oldest ? ", older ones are kept no more" : ""}` : "");
  }

  /** @param {number | null} before */
  async function page(before) {
    follows = before === null;
    const whose = name;
    const answer = await panel.ask("log", { name, before, after: null }).catch((/** @type {Error} */ error) => panel.say(error.message, "bad"));
    if (answer && whose === name) take(answer, false);
  }

  return {
    el,
    /** @param {any} row */
    show(row) {
      if (row.name !== name) {
        name = row.name;
        [first, lines, follows] = [0, [], true];
        draw();
        nothing.hidden = true;
        for (const control of [older, newest]) attr(control, "data-twin", `%midi log ${word(name)} 1000`);
        attr(clear, "data-twin", `%midi log ${word(name)} clear`);
      }
      // the last line may have grown since
      if (follows) answers.want(`${row.name} ${row.lines}`, "log", () => ({ name, before: null, after: lines.length ? first + lines.length - 1 : null }));
    },
  };
}

const OUTCOMES = /** @type {Record<string, "good" | "warn" | "bad" | "low" | "off">} */ ({ live: "good", replaced: "off", failed: "bad", "rolled back": "warn", unloaded: "off" });

/** The versions. @param {any} panel */
export function history(panel) {
  let name = "";
  /** @type {any[]} */
  let known = [];
  const table = grid([
    { title: "#", num: true, text: (one) => one.number },
    { title: "SINCE", class: "mm-since", text: (one) => clock(one.at) },
    { title: "FROM", class: "mm-from", make: () => h("span"), show: from },
    { title: "", make: () => chip("", "off"), show: outcome },
    { title: "", class: "mm-doing", make, show },
  ], { label: "versions", empty: "It has no versions yet: it was never loaded.", key: (/** @type {any} */ one) => `${one.plugin} ${one.number}` });
  const title = h("strong", {});
  const text_ = h("pre", { class: "mm-code mm-diff", tabIndex: 0, "aria-label": "what has changed" });
  const close = button("Close", { kind: "quiet", onclick: () => (changed.hidden = true) });
  const changed = h("div", { class: "mm-changed", hidden: true }, h("div", { class: "mm-row" }, title, h("span", { class: "mm-gap" }), close), text_);
  const el = h("div", {}, table.el, changed);

  const answers = fresh(panel, (answer, whose) => {
    if (whose !== name) return;
    known = answer.map((/** @type {any} */ one, /** @type {number} */ at) => ({ ...one, plugin: whose, before: before(answer, at) }));
    table.update(known);
  });

  /** The number of the version before that one whose text is known. @param {any[]} all @param {number} at */
  const before = (all, at) => (all[at].text ? all.slice(at + 1).find((one) => one.text)?.number ?? 0 : 0);

  /** @param {any} node @param {any} one */
  function from(node, one) {
    const said = `${one.where}${one.again ? `, version ${one.again} again` : ""}${one.why ? ` · ${one.why}` : ""}`;
    text(node, said);
    attr(node, "title", said);
  }

  /** @param {any} node @param {any} one */
  function outcome(node, one) {
    text(node, one.outcome);
    attr(node, "class", `mm-chip mm-${OUTCOMES[one.outcome] ?? "off"}`);
  }

  /** @param {any} one */
  function make(one) {
    const { plugin, number } = one;
    const back = button("Roll back", {
      twin: `%midi rollback ${word(plugin)} ${number}`, label: `roll back to version ${number}`,
      onclick: () => panel.act(back, "roll back", { name: plugin, version: number }, `%midi rollback ${word(plugin)} ${number}`),
    });
    const diff = button("Diff", {
      twin: `%midi diff ${word(plugin)} ${one.before} ${number}`, label: `what version ${number} has changed`,
      onclick: () => compare(plugin, one.before, number, diff),
    });
    return Object.assign(h("span", { class: "mm-row" }, diff, back), { back, diff });
  }

  /** @param {any} node @param {any} one */
  function show(node, one) {
    node.back.hidden = !one.back;
    node.diff.hidden = !one.before;
  }

  /** @param {string} plugin @param {number} old @param {number} number @param {any} control */
  async function compare(plugin, old, number, control) {
    const answer = await panel.act(control, "diff", { name: plugin, old, new: number }, `%midi diff ${word(plugin)} ${old} ${number}`);
    if (!answer || plugin !== name) return;
    panel.say("");
    text(title, answer.title);
    const lines = answer.more ? [...answer.lines, `… ${answer.more} more lines`] : answer.lines;
    text_.replaceChildren(...lines.map((/** @type {string} */ line) => h("span", { class: line.startsWith("+") ? "mm-good" : line.startsWith("-") ? "mm-bad" : line.startsWith("@") ? "mm-low" : "" }, `${line}\n`)));
    changed.hidden = false;
  }

  return {
    el,
    /** @param {any} row */
    show(row) {
      if (row.name !== name) {
        name = row.name;
        changed.hidden = true;
        attr(close, "data-twin", `%midi history ${word(name)}`);
        table.update([]);
      }
      answers.want(`${row.name} ${row.versions} ${row.state}`, "versions", () => ({ name }));
    },
  };
}

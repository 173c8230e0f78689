// What is mapped, in the order it is tried; learning; one mapping as code. A frame brings only what
// is new, so what is known of the mappings is kept here, and filtered and paged here.

import { attr, button, chip, clock, grid, h, once, py, short, text } from "./elements.js";
import { begin, now } from "./view.js";
import { detailView } from "./detailview.js";
import { learnView } from "./learnview.js";

const PAGE = 100;
const LIT_MS = 400;
const TICK_MS = 200;
const LISTEN_S = 10;
const CANCEL = "midi.learn(wait=False).cancel()";
const NOTHING = "Nothing is mapped yet. Press Learn and play a pad, or map one in a cell: midi.map(note(36), ...)";

/** @typedef {{ key: string, number: number, mode: string | null, file: boolean, trigger: string, listens: string,
 *   action: string, name: string, from: string, line: number, marks: [string, string][], waits: string,
 *   times: number, last: number, trouble: string, words: string }} Row */

/** @param {any[]} sent @param {string} key @param {string} waits @returns {Row} */
function rowOf([number, mode, file, trigger, listens, action, name, from], key, waits) {
  const words = [trigger, listens, action, name, from, mode ?? "all modes", waits ? "" : number].join(" ").toLowerCase();
  return { key, number, mode, file, trigger, listens, action, name, from, line: 0, marks: [], waits, times: 0, last: 0, trouble: "", words };
}

/** @param {Row} row where it was made, and in which line of the file */
const place = (row) => (row.line ? `${row.from}:${row.line}` : row.from);

/** @param {any} panel */
function build(panel) {
  /** @type {Map<number, Row>} */
  const rows = new Map();
  /** @type {{ active: string, modes: [string, string][], total: number, plugins: string[], waiting: any[], lesson: any }} */
  const state = { active: "", modes: [], total: 0, plugins: [], waiting: [], lesson: { number: 0 } };
  /** @type {Row[]} */
  let listed = [];
  let page = 0;
  let selected = 0;
  let focused = "";
  let reveal = 0;
  let step = 0;
  let mine = false;
  let until = 0;
  let ticking = 0;
  /** @type {Map<string, any>} */
  const dots = new Map();

  const learn = button("Learn", { kind: "primary", onclick: () => (state.lesson.listens ? panel.act(learn, "cancel", {}, CANCEL) : listen()) });
  const undo = button("Undo", { twin: "%midi undo", onclick: () => panel.act(undo, "undo", {}, "%midi undo") });
  const redo = button("Redo", { twin: "%midi redo", onclick: () => panel.act(redo, "redo", {}, "%midi redo") });
  const filter = h("select", { "aria-label": "show the mappings of", onchange: () => refilter() });
  const search = h("input", { type: "search", placeholder: "search", "aria-label": "search the mappings", oninput: () => refilter() });
  const problems = h("input", { type: "checkbox", role: "switch", "data-twin": "%midi report", onchange: () => refilter() });
  const ill = h("span", { class: "mm-num" });
  const count = h("span", { class: "mm-note mm-count" });
  const back = button("‹", { twin: "%midi mappings", label: "previous page", onclick: () => turn(-1) });
  const on = button("›", { twin: "%midi mappings", label: "next page", onclick: () => turn(1) });
  const pause = h("span", { class: "mm-note mm-pause" });

  const table = grid(
    [
      { title: "#", num: true, class: "mm-c-number", make: (/** @type {Row} */ row) => h("span", {}, row.waits ? "–" : row.number) },
      { title: "mode", class: "mm-c-mode", make: modeCell, show: showMode },
      { title: "trigger", class: "mm-c-trigger", make: triggerCell, show: (node, row) => attr(node, "aria-pressed", row.key === String(selected)) },
      { title: "listens to", class: "mm-c-listens", text: (row) => row.listens || "anything" },
      { title: "action", class: "mm-c-action", make: (row) => h("span", { title: row.action }, row.action) },
      { title: "name", class: "mm-c-name", make: (row) => h("span", { title: row.name }, row.name) },
      { title: "from", class: "mm-c-from", make: () => h("span"), show: (node, row) => { text(node, place(row)); attr(node, "title", place(row)); } },
      { title: "fired", num: true, class: "mm-c-fired", make: firedCell, show: (node, row) => text(node.lastChild, row.times ? short(row.times) : "–") },
      { title: "last", num: true, class: "mm-c-last", text: (row) => (row.last ? clock(row.last) : "") },
      { title: "state", class: "mm-c-state", make: () => chip("", "off"), show: showState },
      { title: "", class: "mm-c-remove", make: removeCell },
    ],
    { label: "mappings", empty: NOTHING, key: (row) => row.key },
  );
  const detail = detailView(panel, remove);
  const lesson = learnView(panel, (number) => {
    mine = false;
    reveal = number;
    select(number);
  });
  const hint = h("p", { class: "mm-empty" }, "Choose a mapping, and here it is as Python and TOML; or press Learn and play.");
  const about = h("div", { class: "mm-about", role: "region", "aria-label": "about one mapping" }, hint, detail.el, lesson.el);
  panel.body.append(
    h("div", { class: "mm-row mm-tools" }, learn, undo, redo,
      h("label", { class: "mm-field mm-gap" }, "show", filter), search,
      h("label", { class: "mm-field" }, problems, "only problems", ill)),
    table.el,
    h("div", { class: "mm-row mm-pager" }, count, back, on, pause), about);
  table.el.addEventListener("click", clicked);
  table.el.addEventListener("keydown", moved);
  region();
  idle();

  /** @param {Row} row */
  function modeCell(row) {
    return h("span", { class: "mm-modecell" }, h("span", { class: "mm-swatch", "aria-hidden": "true" }), h("span", { title: row.mode ?? "in all modes" }));
  }

  /** @param {any} node @param {Row} row */
  function showMode(node, row) {
    const colour = state.modes.find(([name]) => name === row.mode)?.[1] ?? "";
    node.firstChild.style.background = colour;
    node.firstChild.classList.toggle("mm-hollow", !colour);
    text(node.lastChild, row.mode ?? "all modes");
    node.classList.toggle("mm-low", row.mode === null);
  }

  /** @param {Row} row */
  function triggerCell(row) {
    if (row.waits) return h("span", { title: row.trigger }, row.trigger);
    return h("button", { type: "button", class: "mm-pick", tabIndex: -1, title: row.trigger, "data-key": row.key, "data-twin": `%midi mappings ${row.number}`, "aria-pressed": "false" }, row.trigger);
  }

  /** @param {Row} row */
  function firedCell(row) {
    const dot = h("span", { class: "mm-dot", "aria-hidden": "true" });
    dots.set(row.key, dot);
    return h("span", {}, dot, h("span"));
  }

  /** @param {Row} row */
  function removeCell(row) {
    if (row.waits) return h("span");
    return button("×", { kind: "quiet", twin: `%midi unmap ${row.number}`, label: `remove mapping ${row.number}`, onclick: once(() => remove(row.number)) });
  }

  /** @param {any} node @param {Row} row */
  function showState(node, row) {
    const leaves = state.waiting.find((one) => one.removed.includes(row.number) && !row.waits);
    const kinds = [...new Set(row.marks.map(([kind]) => kind))];
    const said = row.waits || (leaves ? `goes, next ${leaves.boundary}` : [...kinds, row.trouble].filter(Boolean).join(", "));
    const kind = row.waits || leaves ? "accent" : kinds.includes("dead") ? "bad" : "warn";
    text(node, said);
    node.className = said ? `mm-chip mm-${kind}` : "";
    attr(node, "title", row.marks.map(([one, why]) => `${one}: ${why}`).concat(row.trouble ? `fired ${row.times}, ${row.trouble}` : []).join("\n") || said);
  }

  function listen() {
    mine = true;
    panel.act(learn, "learn", {}, "%midi learn");
    region();
  }

  /** @param {number} number */
  async function remove(number) {
    const near = document.activeElement?.closest("tr")?.nextElementSibling?.querySelector(".mm-pick") ?? table.el;
    const held = table.el.contains(document.activeElement);
    if ((await panel.act(null, "unmap", { number }, `%midi unmap ${number}`)) && held) near.focus();
  }

  /** @param {number} number */
  async function select(number) {
    selected = number;
    region();
    list();
    try {
      const answer = await panel.ask("show", { number });
      if (selected !== number) return;
      detail.show(number, answer);
      panel.twin(`%midi mappings ${number}`);
    } catch (error) {
      panel.say(/** @type {Error} */ (error).message, "bad");
    }
    region();
  }

  /** @param {any} event */
  function clicked(event) {
    const pick = event.target.closest("tr")?.querySelector(".mm-pick");
    if (!pick || (event.target.closest("button") && event.target !== pick)) return;
    mine = false;
    focused = pick.dataset.key;
    select(Number(focused));
  }

  /** Arrows go from mapping to mapping. @param {any} event */
  function moved(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[/** @type {string} */ (event.key)];
    if (!step || !event.target.classList.contains("mm-pick")) return;
    const picks = /** @type {any[]} */ ([...table.el.querySelectorAll(".mm-pick")]);
    const next = picks[picks.indexOf(event.target) + step];
    event.preventDefault();
    if (!next) return;
    focused = next.dataset.key;
    rove();
    next.focus();
  }

  /** Of all mappings one can be reached with Tab. */
  function rove() {
    const picks = /** @type {any[]} */ ([...table.el.querySelectorAll(".mm-pick")]);
    const current = picks.find((one) => one.dataset.key === focused) ?? picks[0];
    for (const one of picks) one.tabIndex = one === current ? 0 : -1;
    for (const one of table.el.querySelectorAll(".mm-c-remove button")) one.tabIndex = -1;
  }

  /** @param {number} step */
  function turn(step) {
    page += step;
    list();
    table.el.scrollTop = 0;
  }

  /** Show in the region below what it is about now. */
  function region() {
    const learning = mine;
    lesson.el.hidden = !learning;
    detail.el.hidden = learning || !selected;
    hint.hidden = learning || !!selected;
    if (selected) detail.mark(rows.get(selected)?.marks ?? [], rows.has(selected));
  }

  function refilter() {
    page = 0;
    arrange();
    list();
    for (const one of [filter, search]) if (document.activeElement === one) panel.twin(one.dataset.twin);
  }

  /** Work out which mappings are listed, in the order they are tried. */
  function arrange() {
    const order = new Map(state.modes.map(([name], index) => [name, index]));
    const waiting = state.waiting.flatMap((change) => change.rows.map((/** @type {any[]} */ row, /** @type {number} */ index) => rowOf(row, `w${change.about} ${change.boundary} ${index} ${row.join(" ")}`, `next ${change.boundary}`)));
    const wanted = search.value.trim().toLowerCase();
    const which = filter.value;
    const mode = which === "@" ? state.active : which.startsWith("=") ? which.slice(1) : null;
    const shows = (/** @type {Row} */ row) => which === "*" || (which === "-" ? row.mode === null : row.mode === null || row.mode === mode);
    const rank = (/** @type {Row} */ row) => (row.mode === null ? 1e6 : order.get(row.mode) ?? 1e5);
    listed = [...rows.values(), ...waiting]
      .filter((row) => shows(row) && (!problems.checked || row.marks.length) && row.words.includes(wanted))
      .sort((a, b) => rank(a) - rank(b) || Number(a.file) - Number(b.file) || (a.number || 1e9) - (b.number || 1e9));
    const trying = mode === null ? "" : ` if one.mode in (None, ${py(mode)})`;
    attr(filter, "data-twin", `[one for one in midi.mappings()${which === "-" ? " if one.mode is None" : trying}]`);
    attr(search, "data-twin", `[one for one in midi.mappings() if ${py(wanted)} in str(one).lower()]`);
    const sick = [...rows.values()].filter((row) => row.marks.length).length;
    text(ill, sick ? `(${short(sick)})` : "");
    const filtered = which !== "*" || wanted || problems.checked;
    table.empty(filtered && rows.size ? (problems.checked && !sick ? "No problems: every mapping can fire." : "No mapping is like that. Show all modes and empty the search to see them all.") : NOTHING);
  }

  /** Have the row that was just made on the page, and in sight. */
  function bring() {
    const index = listed.findIndex((row) => row.number === reveal && !row.waits);
    if (!reveal || index < 0) return;
    reveal = 0;
    page = Math.floor(index / PAGE);
    requestAnimationFrame(() => {
      const row = table.el.querySelector("[aria-pressed='true']")?.closest("tr");
      if (row) table.el.scrollTop = row.offsetTop - table.el.clientHeight / 2;
    });
  }

  /** Draw the page. */
  function list() {
    bring();
    page = Math.max(Math.min(page, Math.ceil(listed.length / PAGE) - 1), 0);
    const first = page * PAGE;
    const shown = listed.slice(first, first + PAGE);
    dots.forEach((_, key) => shown.some((row) => row.key === key) || dots.delete(key));
    table.update(shown.map((row) => ({ ...row, picked: row.number === selected && !row.waits, around: [state.active, state.modes, state.waiting.length] })));
    rove();
    const all = listed.length;
    text(count, all ? `${first + 1}–${first + shown.length} of ${all.toLocaleString("en")}${all < state.total ? `, ${state.total.toLocaleString("en")} in all` : ""}` : "");
    back.disabled = page === 0;
    on.disabled = first + PAGE >= all;
    const changes = state.waiting.map((one) => `${one.about} waits for the next ${one.boundary}`);
    text(pause, changes.join("; ") || (state.active ? `active mode: ${state.active}` : ""));
    attr(pause, "title", pause.textContent);
  }

  function chooseMode() {
    const before = filter.value || "*";
    const options = [["*", "all mappings"], ["@", `active mode (${state.active})`], ["-", "only those of all modes"], ...state.modes.map(([name]) => [`=${name}`, name])];
    filter.replaceChildren(...options.map(([value, said]) => h("option", { value }, said)));
    filter.value = options.some(([value]) => value === before) ? before : "*";
  }

  function idle() {
    text(learn, state.lesson.listens ? "Cancel" : "Learn");
    attr(learn, "data-twin", state.lesson.listens ? CANCEL : "%midi learn");
    learn.classList.toggle("mm-primary", !state.lesson.listens);
  }

  /** @param {any} news */
  function learned(news) {
    state.lesson = news;
    clearInterval(ticking);
    if (news.listens) {
      until = now() + news.left * 1000;
      const tick = () => lesson.count(Math.max(until - now(), 0) / 1000, LISTEN_S);
      ticking = window.setInterval(tick, TICK_MS);
      tick();
    } else if (mine) {
      panel.say(news.heard ? `heard: ${news.heard}` : news.why, news.heard ? "good" : "warn");
    }
    lesson.show(news);
    idle();
    region();
  }

  /** @param {any} news */
  function takeRows(news) {
    if (news.whole) rows.clear();
    for (const number of news.gone ?? []) rows.delete(number);
    for (const sent of news.rows ?? []) rows.set(sent[0], rowOf(sent, String(sent[0]), ""));
    for (const [number, line, marks] of news.notes ?? []) Object.assign(rows.get(number) ?? {}, { line, marks });
    for (const [number, times, last, trouble] of news.fired ?? []) {
      if (!news.whole && !news.rows && rows.get(number)?.times !== times) light(dots.get(String(number)));
      Object.assign(rows.get(number) ?? {}, { times, last, trouble });
    }
  }

  /** @param {any} dot */
  function light(dot) {
    if (!dot) return;
    dot.classList.add("mm-on");
    clearTimeout(dot.off);
    dot.off = setTimeout(() => dot.classList.remove("mm-on"), LIT_MS);
  }

  /** @param {any} news */
  function draw(news) {
    if (!news) return;
    if (!news.whole && news.step !== step + 1) {
      if (step) panel.tell("look", { on: true, at: now() }); // a frame was lost: all of it again
      return;
    }
    step = news.step;
    const { active = state.active, modes = state.modes, total = state.total, plugins = state.plugins, waiting = state.waiting } = news;
    Object.assign(state, { active, modes, total, plugins, waiting });
    takeRows(news);
    if ("modes" in news || "active" in news) chooseMode();
    if ("modes" in news || "plugins" in news) lesson.offer(state.modes, state.plugins);
    if ("lesson" in news) learned(news.lesson);
    if (Object.keys(news).some((key) => key !== "fired" && key !== "lesson")) arrange();
    list();
    region();
  }

  return {
    draw,
    close() {
      clearInterval(ticking);
      lesson.close();
    },
  };
}

export default { render: (/** @type {Context} */ context) => begin(context, "mappings", build) };

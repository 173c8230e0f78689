// What the panel for Web MIDI is made of: the first page and the refusals, the figures, the ports.

import { attr, button, grid, h, py, short, svg, text } from "./elements.js";
import { REFUSALS } from "./midiaccess.js";

const PADS = 'midi.panel("pads")';

/** A switch with a word beside it.
 * @param {string} word @param {string} twin @param {string} title @param {() => void} pressed */
export function toggle(word, twin, title, pressed) {
  const el = h("button", { type: "button", class: "mm-toggle", role: "switch", "aria-checked": "false", "data-twin": twin, title, onclick: pressed }, word);
  return {
    el,
    /** @param {boolean} on @param {boolean} off whether it can not be used */
    set(on, off) {
      attr(el, "aria-checked", String(Boolean(on)));
      el.disabled = off;
    },
  };
}

/** A five-pin socket. */
function socket() {
  const pins = [0, 45, 90, 135, 180].map((degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return svg("circle", { cx: 24 + 12 * Math.cos(angle), cy: 22 + 12 * Math.sin(angle), r: 2.6 });
  });
  return svg("svg", { viewBox: "0 0 48 48", class: "mm-socket", "aria-hidden": "true" },
    svg("circle", { cx: 24, cy: 24, r: 21, class: "mm-ring" }), svg("path", { d: "M20 3.5h8v4h-8z" }), ...pins);
}

/** What is there before anything is connected: how to, or why not and what to do then.
 * @param {() => void} connect @param {(code: string) => void} twin */
export function front(connect, twin) {
  const title = h("h3", { class: "mm-title" });
  const todo = h("p", { class: "mm-todo" });
  const go = button("Connect", { kind: "primary", twin: "midi.web()", onclick: connect });
  const code = h("code", { class: "mm-code" }, PADS);
  const pads = button("Play on-screen pads instead", {
    twin: PADS, title: "copy the line that shows them",
    onclick: () => {
      twin(PADS);
      navigator.clipboard?.writeText(PADS).catch(() => {});
      way.hidden = false;
    },
  });
  const way = h("p", { class: "mm-way", role: "status", hidden: true }, "Run this line in a cell: ", code);
  const el = h("div", { class: "mm-front" }, socket(), h("div", { class: "mm-words" }, title, todo, h("div", { class: "mm-row" }, go, pads), way));
  return {
    el,
    /** @param {{ refusal: string, permit: string, asking: boolean, sysex: boolean }} now */
    show({ refusal, permit, asking, sysex }) {
      const why = REFUSALS[refusal];
      const question = permit === "granted" ? "This browser has allowed it already." : `The browser asks you once whether this page may use MIDI${sysex ? ", with system exclusive messages" : ""}.`;
      text(title, why?.title ?? "Play this notebook with a controller at this computer");
      text(todo, why?.todo ?? `Plug it in and press Connect. ${question} It becomes a port of the kernel, wherever that runs.`);
      text(go, why ? "Try again" : permit === "granted" ? "Connect" : "Connect …");
      go.disabled = asking;
      go.hidden = refusal === "https" || refusal === "api";
      attr(el, "class", `mm-front${why ? " mm-refused" : ""}`);
      attr(title, "class", `mm-title${why ? " mm-chip mm-bad" : ""}`);
      pads.hidden = !why;
      if (!why) way.hidden = true;
    },
  };
}

/** How it goes, in six figures. */
export function tiles() {
  const of = ["ROUND TRIP", "JITTER p99", "CLOCK", "IN", "OUT", "LOST"].map((label) => {
    const figure = h("span");
    const unit = h("span", { class: "mm-unit" });
    const note = h("span", { class: "mm-note" });
    return { el: h("div", { class: "mm-card" }, h("span", { class: "mm-label" }, label), h("span", { class: "mm-figure" }, figure, unit), note), figure, unit, note };
  });
  const [trip, jitter, clock, ins, outs, lost] = of;
  let rates = { in: 0, out: 0 };
  return {
    el: h("div", { class: "mm-tiles" }, ...of.map((one) => one.el)),
    /** @param {any} counts of the page @param {{ in: number, out: number } | null} fresh a second @param {any} mine what the kernel says */
    show(counts, fresh, mine) {
      rates = fresh ?? rates;
      put(trip, Number.isFinite(counts.trip) ? counts.trip.toFixed(counts.trip < 10 ? 1 : 0) : "–", "ms", "kernel and back");
      put(jitter, mine?.late ? short(mine.late[1]) : "–", "ms", mine?.late ? `p50 ${short(mine.late[0])} ms` : "no event yet");
      put(clock, ...apart(mine?.ahead), mine?.ahead == null ? "not measured yet" : `kernel's, ± ${short(Math.ceil(counts.trip / 2))} ms`);
      const merged = counts.merged + counts.tooLong;
      put(ins, short(Math.round(rates.in)), "/s", `${short(counts.in)} so far${counts.merged ? `, ${short(counts.merged)} merged` : ""}${counts.tooLong ? `, ${counts.tooLong} too long` : ""}`, merged ? "warn" : "");
      put(outs, short(Math.round(rates.out)), "/s", counts.failed ? `${short(counts.failed)} not sent: ${counts.why}` : `${short(counts.out)} so far`, counts.failed ? "warn" : "");
      const gone = (mine?.lost ?? 0) + (mine?.refused ?? 0);
      put(lost, short(gone), "", gone ? "held notes were let go" : "nothing", gone ? "bad" : "");
    },
  };
}

/** @param {any} tile @param {string} value @param {string} unit @param {string} note @param {string} [kind] */
function put(tile, value, unit, note, kind = "") {
  text(tile.figure, value);
  text(tile.unit, unit);
  text(tile.note, note);
  attr(tile.note, "title", note);
  attr(tile.note, "class", `mm-note${kind ? ` mm-${kind}` : ""}`);
}

/** How far two clocks are apart, and the unit. @param {number | null | undefined} ms @returns {[string, string]} */
function apart(ms) {
  if (ms == null) return ["–", "ms"];
  const size = Math.abs(ms);
  const sign = ms < 0 ? "−" : "+";
  if (size < 10_000) return [`${sign}${size.toFixed(0)}`, "ms"];
  return size < 600_000 ? [`${sign}${(size / 1000).toFixed(0)}`, "s"] : [`${sign}${(size / 3_600_000).toFixed(1)}`, "h"];
}

/** The ports of this page. @param {(row: any, on: boolean, control: HTMLElement) => void} switched */
export function portTable(switched) {
  /** @type {Map<number, { dot: HTMLElement, last: HTMLElement }>} */
  const lights = new Map();
  const list = grid([
    {
      title: "PORT", class: "mm-port",
      make: () => h("span", { class: "mm-device" }, h("span", { class: "mm-dot", "aria-hidden": "true" }), h("span", { class: "mm-name" }), h("span", { class: "mm-low mm-maker" })),
      show: (node, row) => {
        text(node.children[1], row.name || row.label);
        text(node.children[2], row.maker);
        attr(node, "title", `${row.name || row.label} ${row.maker}`.trim());
      },
    },
    { title: "", class: "mm-way-of", text: (row) => (row.direction === "in" ? "input" : "output") },
    {
      title: "LAST MESSAGE", class: "mm-last",
      make: () => h("span", { class: "mm-name mm-low" }),
      show: (node, row) => {
        if (row.why || node.title) text(node, row.why);
        attr(node, "title", row.why || null);
        attr(node, "class", `mm-name ${row.why ? "mm-bad" : "mm-low"}`);
      },
    },
    { title: "", class: "mm-act", make: control, show: showControl },
  ], { label: "MIDI ports of this computer", empty: "Nothing is plugged in. As soon as something is, it is listed here.", key: (row) => `${row.direction}/${row.id}` });

  /** @param {any} first */
  function control(first) {
    const el = h("button", { type: "button", class: "mm-toggle", role: "switch", onclick: () => switched(el.row, el.getAttribute("aria-checked") !== "true", el) });
    el.row = first;
    return el;
  }

  /** @param {any} el @param {any} row */
  function showControl(el, row) {
    el.row = row;
    const input = row.direction === "in";
    text(el, input ? "receive" : "default output");
    attr(el, "aria-checked", String(row.on));
    attr(el, "aria-label", input ? `receive from ${row.label}` : `send to ${row.label} what names no port`);
    const name = py(row.name);
    attr(el, "data-twin", input ? `midi.${row.on ? "disconnect" : "connect"}(${name})` : `midi.output = ${row.on ? '"Virtual"' : name}`);
    el.disabled = !row.name && !row.why;
    const tr = el.closest("tr");
    if (tr && row.number) lights.set(row.number, { dot: tr.querySelector(".mm-dot"), last: tr.querySelector(".mm-last > span") });
  }

  return {
    el: list.el,
    /** @param {any[]} rows */
    update(rows) {
      const numbers = new Set(rows.map((one) => one.number));
      for (const number of [...lights.keys()]) if (!numbers.has(number)) lights.delete(number);
      list.update(rows);
    },
    /** Let a port's light flash. @param {number} number */
    lit(number) {
      lights.get(number)?.dot.animate?.([{ opacity: 1, background: "var(--mm-accent)" }, { opacity: 0.35 }], 250);
    },
    /** Show what came last. @param {number} number @param {string} words */
    last(number, words) {
      const node = lights.get(number)?.last;
      if (node) text(node, words);
    },
  };
}

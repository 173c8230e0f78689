// Pictures of numbers: a small curve, how much there was over time, how long things took.

import { attr, clock, h, short, span, svg, text } from "./elements.js";

const WIDE = 1000; // how wide a chart is in its own units; the page stretches it
const BUCKETS = 98; // four to the octave from 1 µs on, as midimon_live/durations.py counts
const DECADES = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];

/** A drawing that fills its box, whatever its shape. @param {string} box @param {...Node} inside */
function canvas(box, ...inside) {
  return svg("svg", { viewBox: box, preserveAspectRatio: "none", "aria-hidden": "true" }, ...inside);
}

/** The next round number above: 1, 2 or 5 times a power of ten. @param {number} value */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * ([1, 2, 5].find((one) => one * power >= value) ?? 10);
}

/**
 * Spread rows of counts over equal bins.
 * @param {Iterable<number[]>} rows each [start, seconds, ...counts]
 * @param {number} from @param {number} to in the rows' seconds
 * @param {number} step the width of a bin
 * @param {number} kinds how many counts a row has
 * @returns {number[][]} of each kind, a second's average in each bin
 */
export function binned(rows, from, to, step, kinds) {
  const first = Math.floor(from / step) * step;
  const found = Array.from({ length: kinds }, () => new Array(Math.max(Math.ceil((to - first) / step), 1)).fill(0));
  for (const [start, seconds, ...counts] of rows) {
    const ends = Math.min(start + seconds, to);
    for (let at = Math.max(Math.floor((start - first) / step), 0); first + at * step < ends; at++) {
      const begun = first + at * step;
      const shared = Math.min(begun + step, ends) - Math.max(begun, start);
      const lasted = Math.min(step, to - begun);
      if (shared > 0) found.forEach((one, kind) => (one[at] += (counts[kind] * shared) / seconds / lasted));
    }
  }
  return found;
}

/** The line through values, and down to the ground on both sides where it is to be filled.
 * @param {number[]} values @param {number} most @param {number} wide @param {number} high @param {boolean} [filled] */
function line(values, most, wide, high, filled = false) {
  const place = (/** @type {number} */ value, /** @type {number} */ at) =>
    `${((at + 0.5) * wide / values.length).toFixed(1)},${(high - Math.min(value / most, 1) * high).toFixed(1)}`;
  const points = values.map(place).join("L");
  return filled ? `M0,${high}L${points}L${wide},${high}Z` : `M${points}`;
}

/** A small curve for a table's cell. @returns {any} */
export function spark() {
  return h("span", { class: "mm-spark" }, canvas("0 0 60 16", svg("path", { "vector-effect": "non-scaling-stroke" })));
}

/** Draw it. @param {any} node @param {string} drawn what `sparked` gave */
export function showSpark(node, drawn) {
  attr(node.querySelector("path"), "d", drawn);
}

/** The way of a small curve; "" where there is nothing. @param {number[]} values */
export function sparked(values) {
  const most = Math.max(...values);
  return most > 0 ? line(values, most, 60, 15) : "";
}

/**
 * How much there was over time: one kind as an area, one as a line, one as marks at the bottom.
 * @param {{ area: string, line: string, marks: string, unit: string }} names
 */
export function overTime(names) {
  const area = svg("path", { class: "mm-area" });
  const edge = svg("path", { class: "mm-edge", "vector-effect": "non-scaling-stroke" });
  const curve = svg("path", { class: "mm-curve", "vector-effect": "non-scaling-stroke" });
  const marks = svg("path", { class: "mm-marks", "vector-effect": "non-scaling-stroke" });
  const rules = svg("path", { class: "mm-rules", d: "M0,50H1000M0,1H1000", "vector-effect": "non-scaling-stroke" });
  const cursor = h("span", { class: "mm-cursor", hidden: true });
  const scale = [0, 1, 2].map(() => h("span", {}));
  const times = h("div", { class: "mm-times", "aria-hidden": "true" });
  const plot = h("div", {
    class: "mm-plot", tabIndex: 0, role: "slider", "aria-label": `${names.area} and ${names.line} over time`,
    onpointermove: (/** @type {PointerEvent} */ event) => {
      const box = plot.getBoundingClientRect();
      point(Math.floor(((event.clientX - box.left) / box.width) * bins));
    },
    onpointerleave: () => point(NaN),
    onblur: () => point(NaN),
    onkeydown: keyed,
  }, canvas(`0 0 ${WIDE} 100`, rules, area, edge, curve, marks), cursor);
  const moment = h("span", { class: "mm-moment" });
  const said = [names.area, names.line, names.marks].map((name, at) => {
    const value = h("b", { class: "mm-num" });
    return { value, el: h("span", { class: `mm-key mm-key${at}` }, name, value, h("span", { class: "mm-unit" }, names.unit)) };
  });
  const legend = h("div", { class: "mm-legend" }, ...said.map((one) => one.el));
  const el = h("div", { class: "mm-history" }, h("div", { class: "mm-scale", "aria-hidden": "true" }, ...scale), plot, times);
  let bins = 1;
  let at = NaN;
  let most = 10;
  /** @type {number[][]} */
  let shown = [[0], [0], [0]];
  /** @type {(bin: number) => number} */
  let age = () => 0;

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const big = Math.ceil(bins / 20);
    const moves = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, PageDown: -big, PageUp: big, Home: -bins, End: bins });
    if (!(event.key in moves)) return;
    event.preventDefault();
    point(Math.min(Math.max((Number.isNaN(at) ? bins - 1 : at) + moves[event.key], 0), bins - 1));
  }

  /** Tell what was at a bin; NaN is the newest. @param {number} bin */
  function point(bin) {
    at = bin;
    const here = Number.isNaN(bin) ? bins - 1 : Math.min(Math.max(bin, 0), bins - 1);
    cursor.hidden = Number.isNaN(bin);
    cursor.style.left = `${((here + 0.5) / bins) * 100}%`;
    said.forEach((one, kind) => text(one.value, short(Math.round(shown[kind][here] * 10) / 10)));
    text(moment, Number.isNaN(bin) ? "last second" : `at ${clock(Date.now() - age(here) * 1000)}`);
    attr(plot, "aria-valuemax", bins - 1);
    attr(plot, "aria-valuenow", here);
    attr(plot, "aria-valuetext", [moment, ...said.map((one) => one.el)].map((one) => one.textContent).join(", "));
  }
  attr(plot, "aria-valuemin", 0);

  return {
    el,
    /** What is at the cursor, to be put above. */
    above: [legend, moment],
    /**
     * @param {number[][]} values of each kind by bin, a second's average
     * @param {number[]} now the same of the last second
     * @param {string[]} labels below, evenly from the left to the right edge
     * @param {(bin: number) => number} ages how many seconds ago a bin was
     */
    show(values, now, labels, ages) {
      shown = values.map((one, kind) => [...one.slice(0, -1), Number.isNaN(at) ? now[kind] : one[one.length - 1]]);
      bins = values[0].length;
      age = ages;
      const wanted = round(Math.max(...values[0], ...values[1], 1) * 1.05);
      if (wanted > most || wanted < most / 3) most = wanted; // no to and fro
      attr(area, "d", line(values[0], most, WIDE, 100, true));
      attr(edge, "d", line(values[0], most, WIDE, 100));
      attr(curve, "d", line(values[1], most, WIDE, 100));
      attr(marks, "d", values[2].map((one, bin) => (one > 0 ? `M${((bin + 0.5) * WIDE / bins).toFixed(1)},100V91` : "")).join("") || "M0,0");
      scale.forEach((one, index) => text(one, index === 2 ? "0" : `${short(most / (index + 1))} ${names.unit}`));
      if (times.childElementCount !== labels.length) times.replaceChildren(...labels.map(() => h("span", {})));
      labels.forEach((one, index) => text(times.children[index], one));
      point(at);
    },
  };
}

/** Where a duration is on the axis of `durations`, 0 to 1. @param {number} us */
function place(us) {
  return Math.min(us < 1 ? us : 1 + 4 * Math.log2(us), BUCKETS) / BUCKETS;
}

/** @param {number} bucket */
function range(bucket) {
  if (bucket === 0) return "under 1 µs";
  const low = span(2 ** ((bucket - 1) / 4));
  return bucket === BUCKETS - 1 ? `${low} and more` : `${low} to ${span(2 ** (bucket / 4))}`;
}

/** How long things took: bars on a logarithmic axis that never moves, with p50, p95 and p99. */
export function durations() {
  const bars = Array.from({ length: BUCKETS }, (_, at) =>
    svg("rect", { x: at + 0.08, width: 0.84, y: 100, height: 0, class: "mm-bar" }, svg("title")));
  const marks = ["p50", "p95", "p99"].map((name) => {
    const value = h("b");
    return { value, el: h("span", { class: `mm-mark mm-${name}` }, h("span", {}, `${name} `, value)) };
  });
  const top = h("span", {});
  const ticks = DECADES.map((us) => {
    const tick = h("span", {}, span(us).replace(".0", ""));
    tick.style.left = `${place(us) * 100}%`;
    return tick;
  });
  const rules = DECADES.map((us) => `M${place(us) * BUCKETS},0V100`).join("");
  const plot = h("div", { class: "mm-plot", role: "img" },
    canvas(`0 0 ${BUCKETS} 100`, svg("path", { class: "mm-rules", d: rules, "vector-effect": "non-scaling-stroke" }), ...bars),
    ...marks.map((one) => one.el));
  const said = h("p", { class: "mm-said" });
  const el = h("div", { class: "mm-durations" }, h("div", { class: "mm-scale", "aria-hidden": "true" }, top, h("span", {}, "0")), plot,
    h("div", { class: "mm-ticks", "aria-hidden": "true" }, ...ticks), said);

  return {
    el,
    /**
     * @param {{ hist: number[], marks: (number | null)[] }} of bucket and count in turns; p50, p95, p99 in µs
     * @param {string} what of what: "runs", "events"
     * @param {string} none what to say when there is nothing
     */
    show(of, what, none) {
      const counts = new Array(BUCKETS).fill(0);
      for (let at = 0; at < of.hist.length; at += 2) counts[of.hist[at]] = of.hist[at + 1];
      const total = counts.reduce((sum, one) => sum + one, 0);
      const share = Math.max(...counts) / (total || 1);
      const most = [0.1, 0.25, 0.5, 1].find((one) => one >= share) ?? 1;
      text(top, `${most * 100} %`);
      bars.forEach((bar, at) => {
        const high = counts[at] ? Math.max((counts[at] / total / most) * 100, 1.5) : 0;
        attr(bar, "height", high.toFixed(1));
        attr(bar, "y", (100 - high).toFixed(1));
        text(/** @type {Node} */ (bar.firstChild), counts[at] ? `${range(at)}: ${counts[at]} ${what}, ${((counts[at] / total) * 100).toFixed(1)} %` : "");
      });
      marks.forEach((one, at) => {
        const us = of.marks[at];
        one.el.hidden = us === null;
        if (us === null) return;
        one.el.style.left = `${place(us) * 100}%`;
        one.el.classList.toggle("mm-left", place(us) > 0.75);
        text(one.value, span(us));
      });
      const last = counts.reduce((found, one, at) => (one ? at : found), 0);
      const [p50, p95, p99] = of.marks.map((one) => (one === null ? "" : span(one)));
      text(said, total ? `${total.toLocaleString("en")} ${what}: half took up to ${p50}, 95 % up to ${p95}, 99 % up to ${p99}; the longest ${range(last).replace("and", "or")}.` : none);
      attr(plot, "aria-label", said.textContent);
    },
  };
}

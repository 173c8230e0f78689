// One glance at everything, and the way to stop it.

import { attr, button, chip, clock, counted, h, py, short, svg, text } from "./elements.js";
import { begin } from "./view.js";

/** @param {string} label @param {string} [unit] */
function tile(label, unit = "") {
  const figure = h("span");
  const note = h("span", { class: "mm-note" });
  const el = h("div", { class: "mm-card" },
    h("span", { class: "mm-label" }, label),
    h("span", { class: "mm-figure" }, figure, h("span", { class: "mm-unit" }, unit)), note);
  return {
    el,
    /** @param {any} value @param {string} said @param {string} [kind] */
    show(value, said, kind = "") {
      text(figure, value);
      attr(figure, "class", kind && `mm-${kind}`);
      text(note, said);
      attr(note, "title", said);
    },
  };
}

const SAMPLES = 48;

/** The last pictures' events a second, as a line; its scale only grows, so that it can be read. */
function trace() {
  const line = svg("polyline", { fill: "none", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" });
  const el = svg("svg", { class: "mm-trace", viewBox: `0 0 ${SAMPLES - 1} 24`, preserveAspectRatio: "none", "aria-hidden": "true" }, line);
  /** @type {number[]} */
  const values = new Array(SAMPLES).fill(0);
  let most = 20;
  return {
    el,
    /** @param {number} value */
    add(value) {
      values.push(value);
      values.shift();
      most = Math.max(most, value);
      line.setAttribute("points", values.map((one, at) => `${at},${(23 - (one / most) * 22).toFixed(1)}`).join(" "));
    },
  };
}

/** @param {any} panel */
function build(panel) {
  const running = chip("", "good");
  const where = h("span", { class: "mm-note mm-low" });
  const swatch = h("span", { class: "mm-swatch", "aria-hidden": "true" });
  const mode = h("select", {
    "aria-label": "active mode",
    onchange: () => panel.act(mode, "mode", { mode: mode.value }, `midi.mode = ${py(mode.value)}`),
  });
  const panic = button("Panic", {
    kind: "danger", twin: "%midi panic", title: "end all notes, cancel all actions",
    onclick: () => panel.act(panic, "panic", {}, "%midi panic"),
  });
  const rate = tile("EVENTS", "/s");
  const rates = trace();
  rate.el.append(rates.el);
  const late = tile("LATENESS p50", "ms");
  const ports = tile("INPUTS");
  const mapped = tile("MAPPINGS");
  const plugins = tile("PLUGINS");
  const errors = tile("ERRORS");
  const notices = h("ul", { class: "mm-notices", "aria-label": "notices" });
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, running, where,
      h("label", { class: "mm-field mm-gap" }, swatch, "mode", mode), panic),
    h("div", { class: "mm-tiles" }, ...[rate, late, ports, mapped, plugins, errors].map((one) => one.el)),
    notices);
  let modes = "";

  /** @param {any} state */
  function chooseMode(state) {
    const now = JSON.stringify(state.modes);
    if (now !== modes) mode.replaceChildren(...state.modes.map((/** @type {any} */ one) => h("option", { value: one.name }, one.name)));
    modes = now;
    if (document.activeElement !== mode) mode.value = state.mode;
    attr(mode, "data-twin", `midi.mode = ${py(mode.value)}`);
    const colour = state.modes.find((/** @type {any} */ one) => one.name === state.mode)?.color;
    swatch.hidden = !colour;
    swatch.style.background = colour ?? "";
  }

  /** @param {any} state */
  function draw(state) {
    if (!state) return;
    const handled = Object.entries(state.handled).map(([place, times]) => `${short(times)} on the ${place}`);
    text(running, state.closed ? "ended" : "running");
    running.className = `mm-chip ${state.closed ? "mm-bad" : "mm-good"}`;
    text(where, `${handled.join(", ")}${state.clock ? ` · ${state.clock}` : ""}`);
    chooseMode(state);
    rates.add(state.rate);
    rate.show(short(state.rate), `${short(state.events)} so far`);
    const { p50 = NaN, p99 = NaN, max = NaN } = state.late;
    late.show(Number.isFinite(p50) ? p50.toFixed(1) : "–", Number.isFinite(p99) ? `p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms` : "no event yet");
    const waits = state.waiting.length ? `waiting for ${state.waiting.join(", ")}` : state.inputs.join(", ");
    ports.show(state.inputs.length, waits || "none", state.waiting.length ? "warn" : "");
    mapped.show(state.mappings, `${counted(state.sounding, "note")} on, ${counted(state.actions, "action")}`);
    const { enabled = 0, disabled = 0, refused = 0, functions = 0 } = state.plugins;
    plugins.show(enabled, [refused && `${refused} refused`, disabled && `${disabled} disabled`, functions && counted(functions, "function")].filter(Boolean).join(", ") || "enabled", refused ? "warn" : "");
    errors.show(short(state.errors.times), state.errors.last || "none", state.errors.times ? "bad" : "");
    const lines = state.notices.map((/** @type {any} */ one) => `${clock(one.at)}  ${one.text}`);
    if (!lines.length) lines.push("nothing to report");
    if (state.stall) lines.push(`last stall: ${state.stall.ms} ms, ${state.stall.where}`);
    notices.replaceChildren(...lines.slice(-2).map((/** @type {string} */ one) => h("li", { class: "mm-note", title: one }, one)));
  }

  return { draw };
}

export default { render: (/** @type {Context} */ context) => begin(context, "overview", build) };

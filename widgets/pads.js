// Sixteen pads and a keyboard, played with fingers, mouse, pen and the computer's keys.

import { attr, button, chip, h, text } from "./elements.js";
import { begin } from "./view.js";
import { hands } from "./hands.js";
import { choices, octaveOn, setting } from "./choices.js";
import { noteName, padGrid, piano, playable } from "./surface.js";
import { sound } from "./sound.js";
import { wheels } from "./wheels.js";

const PAD_KEYS = ["KeyZ", "KeyX", "KeyC", "KeyV", "KeyA", "KeyS", "KeyD", "KeyF", "KeyQ", "KeyW", "KeyE", "KeyR", "Digit1", "Digit2", "Digit3", "Digit4"];
const PIANO_KEYS = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote"];
const [DOWN_KEY, UP_KEY, PEDAL_KEY] = ["Comma", "Period", "Slash"];
const SIGNS = /** @type {Record<string, string>} */ ({ Semicolon: ";", Quote: "'", Comma: ",", Period: ".", Slash: "/" });
const [HARD, HARDEST] = [100, 127];
const BUSY_MS = 300;
const FLASH_MS = 140;
const TWIN_MS = 120;
const PICTURE_BYTES = 386; // as `Lights.packed` has it
const [STRUCK_AT, CONTROLS_AT, BEND_AT] = [128, 256, 384];

/** @typedef {import("./surface.js").Spot} Spot */

/** What the kernel has heard, and since when it has not: how that is said.
 * @param {any} panel */
function hearing(panel) {
  const state = chip("in time", "good");
  let awaited = 0;
  let impatient = 0;
  return {
    el: state,
    /** A message has left. @param {number} id */
    sent(id) {
      if (awaited) return;
      awaited = id;
      impatient = setTimeout(() => {
        state.className = "mm-chip mm-warn";
        text(state, "kernel busy");
      }, BUSY_MS);
    },
    /** @param {any} news */
    heard(news) {
      if ((news.heard[panel.view] ?? 0) >= awaited) {
        clearTimeout(impatient);
        awaited = 0;
      } else if (state.classList.contains("mm-warn")) return;
      state.className = `mm-chip ${news.closed ? "mm-bad" : news.late ? "mm-low" : "mm-good"}`;
      text(state, news.closed ? "ended" : news.late ? `${news.late} came too late` : "in time");
      attr(state, "title", news.late ? "presses that reached the kernel over 250 ms late were left out" : null);
    },
    close: () => clearTimeout(impatient),
  };
}

/** @param {any} panel @param {any} model */
function build(panel, model) {
  const pads = padGrid();
  const keys = piano();
  const spots = [...pads.spots, ...keys.spots];
  let set = /** @type {any} */ ({ first_pad: 36, first_key: 48, channel: 0, velocity: null, computer_keys: "pads", sound: false });
  let settled = set; // as the kernel has it; `set` is ahead of it while `unsettled`
  let unsettled = 0;
  let shown = "";
  let mapped = /** @type {Record<string, [string, number, string[]]>} */ ({});
  let picture = new Uint8Array(PICTURE_BYTES);
  let alive = true; // whether the session has not ended
  let seen = false; // whether that came from the kernel
  let asked = -1;
  let layout = /** @type {any} */ (null);
  let latestTwin = "";
  let lastTwin = -TWIN_MS;
  let twinWaits = 0;
  const ending = new AbortController();

  const kernel = hearing(panel);
  const held = hands((buffer) => kernel.sent(panel.tell("play", {}, [buffer])), pressed);
  const onChannel = (one = set.channel) => (one ? `, channel=${one}` : "");
  const chosen = choices(() => set, choose);
  const sounding = sound(panel, model, (on) => choose("sound", on));
  const turning = wheels(held, () => set.channel, playedTwin);
  const swatch = h("span", { class: "mm-swatch", "aria-hidden": "true" });
  const mode = h("strong", { class: "mm-mode" });
  const told = h("span", { class: "mm-note" });
  const padRange = h("span", { class: "mm-num mm-range" });
  const keyRange = h("span", { class: "mm-num mm-range" });
  const sustain = button("Sustain", { onclick: () => held.pedal("button", !held.pedalled("button"), set.channel) });
  const pedalSign = h("kbd");
  sustain.append(pedalSign);
  const above = (/** @type {string} */ label, /** @type {any} */ range, /** @type {any[]} */ ...more) =>
    h("div", { class: "mm-above" }, h("span", { class: "mm-label" }, label), range, h("span", { class: "mm-does-more" }, ...more));
  const area = h("div", { class: "mm-area" },
    h("div", { class: "mm-left" }, above("PADS", padRange, ...chosen.ofPads), pads.el),
    h("div", { class: "mm-right" }, above("KEYBOARD", keyRange, sustain, ...chosen.ofKeys),
      h("div", { class: "mm-board" }, turning.el, keys.el)));
  panel.body.append(
    h("div", { class: "mm-head" }, h("div", { class: "mm-now" }, swatch, mode, told, kernel.el), ...chosen.ofBoth, sounding.el), area);

  // --- playing

  /** @type {Map<string, Spot>} */
  const spotOf = new Map();
  /** @param {Spot} spot */
  const noteOf = (spot) => (spot.kind === "pad" ? set.first_pad : set.first_key) + spot.index;

  /** @param {string} source @param {Spot} spot @param {number} touch @param {number} [stamp] */
  function press(source, spot, touch, stamp) {
    const note = noteOf(spot);
    const velocity = set.velocity ?? touch;
    const pad = spot.kind === "pad" ? spot.index : undefined;
    spot.el.style.setProperty("--mm-hit", String(velocity / HARDEST));
    spotOf.set(source, spot);
    held.press(source, { note, channel: set.channel, velocity, pad }, stamp);
    playedTwin(`midi.virtual.press(${note}, velocity=${velocity}${onChannel()})`);
  }

  /** @param {string} source @param {number} [stamp] */
  function release(source, stamp) {
    const strike = held.of(source);
    held.release(source, stamp);
    if (!strike) return;
    const { note, velocity, channel } = strike;
    playedTwin(`midi.virtual.press(${note}, velocity=${velocity}${onChannel(channel)}); midi.virtual.release(${note}${onChannel(channel)})`);
  }

  /** Show what was just played as code, not more often than one can read. @param {string} code */
  function playedTwin(code) {
    latestTwin = code;
    if (!twinWaits) twinWaits = setTimeout(showTwin, Math.max(lastTwin + TWIN_MS - performance.now(), 0));
  }

  function showTwin() {
    twinWaits = 0;
    lastTwin = performance.now();
    panel.twin(latestTwin);
  }

  /** Set something here at once, and in the kernel. @param {string} name @param {any} value */
  async function choose(name, value) {
    set = { ...set, [name]: value };
    unsettled += 1;
    show();
    const done = await panel.act(null, "set", { name, value }, setting(name, value));
    if (done !== undefined) settled = { ...settled, [name]: value };
    unsettled -= 1;
    if (!unsettled) set = settled;
    show();
  }

  playable(area, spots, { press, release, on: (source) => (held.of(source) ? spotOf.get(source) : undefined) });
  panel.root.addEventListener("keydown", (/** @type {any} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input[type=number]")) return;
    const padded = set.computer_keys === "pads";
    const index = (padded ? PAD_KEYS : PIANO_KEYS).indexOf(event.code);
    if (index < 0 && ![DOWN_KEY, UP_KEY, PEDAL_KEY].includes(event.code)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (index >= 0) press(`k${event.code}`, (padded ? pads : keys).spots[index], event.shiftKey ? HARDEST : HARD, event.timeStamp);
    else if (event.code === PEDAL_KEY) held.pedal("key", true, set.channel);
    else {
      const name = padded ? "first_pad" : "first_key";
      const to = octaveOn(set, name, event.code === UP_KEY ? 1 : -1);
      if (to !== null) choose(name, to);
    }
  });
  // beside a pad the focus stays, or comes, here: in Lab's command mode the next key would cut the cell
  panel.body.addEventListener("pointerdown", (/** @type {any} */ event) => {
    if (event.target.closest("button, input, select, label")) return;
    event.preventDefault();
    if (panel.root.contains(document.activeElement)) return;
    const kind = set.computer_keys === "pads" ? "pad" : "key";
    spots.find((one) => one.kind === kind && one.el.tabIndex === 0)?.el.focus({ preventScroll: true });
  });
  panel.root.addEventListener("keyup", (/** @type {KeyboardEvent} */ event) => {
    if (event.code === PEDAL_KEY) held.pedal("key", false, set.channel);
    else release(`k${event.code}`, event.timeStamp);
  });
  panel.root.addEventListener("focusout", (/** @type {FocusEvent} */ event) => {
    if (panel.root.contains(/** @type {any} */ (event.relatedTarget))) return;
    for (const kind of ["k", "f"]) held.letGo(kind);
  });
  const leaving = () => held.letGo();
  window.addEventListener("blur", leaving, { signal: ending.signal });
  window.addEventListener("pagehide", leaving, { signal: ending.signal });
  document.addEventListener("visibilitychange", () => document.hidden && leaving(), { signal: ending.signal });

  // --- drawing

  /** What is under the hand: at once, and never from the kernel. */
  function pressed() {
    const down = held.down();
    for (const spot of spots) attr(spot.el, "aria-pressed", String(down.has(noteOf(spot))));
    attr(sustain, "aria-pressed", String(held.pedalled()));
  }

  /** @param {string} code */
  const sign = (code) => (layout?.get(code) ?? SIGNS[code] ?? code.replace(/^(Key|Digit)/, "")).toUpperCase();

  function show() {
    shown = JSON.stringify(set);
    const padded = set.computer_keys === "pads";
    const named = pads.spots.filter((one) => mapped[noteOf(one)]).length;
    text(told, named ? `${named} of 16 pads mapped` : "nothing mapped: midi.map(note(36), …)");
    attr(told, "title", named ? null : "run a cell with midi.map(note(36), PLUGIN), and its name stands on the pad");
    text(padRange, `${noteName(set.first_pad)} – ${noteName(set.first_pad + 15)}`);
    text(keyRange, `from ${noteName(set.first_key)}`);
    attr(pads.el, "aria-label", `pads, notes ${set.first_pad} to ${set.first_pad + 15}`);
    attr(keys.el, "aria-label", `keyboard from ${noteName(set.first_key)}`);
    chosen.show([sign(DOWN_KEY), sign(UP_KEY)]);
    turning.show();
    sounding.show(set.sound && alive);
    text(pedalSign, sign(PEDAL_KEY));
    attr(sustain, "data-twin", `midi.virtual.turn(64, 127${onChannel()})`);
    for (const spot of spots) {
      const code = (spot.kind === "pad") === padded ? (padded ? PAD_KEYS : PIANO_KEYS)[spot.index] : "";
      showSpot(spot, code ? sign(code) : "");
    }
    pressed();
    light();
  }

  /** @param {Spot} spot @param {string} hint */
  function showSpot(spot, hint) {
    const { el, index, kind, parts } = spot;
    const note = noteOf(spot);
    const name = noteName(note);
    const [label = "", times = 0, triggers = []] = mapped[note] ?? [];
    text(parts.hint, hint);
    text(parts.name, kind === "pad" || index % 12 === 0 ? name : "");
    if (kind === "pad") {
      text(parts.note, note);
      text(parts.label, times > 1 ? `${label} +${times - 1}` : label);
    }
    el.classList.toggle("mm-mapped", times > 0);
    attr(el, "aria-label", `${kind === "pad" ? `pad ${index + 1}, note ${note} ${name}` : `${name}, note ${note}`}${label && `, ${label}`}`);
    attr(el, "title", times ? `${label}: ${triggers.join("; ")}` : null);
    attr(el, "data-twin", `midi.virtual.press(${note}${onChannel()})`);
  }

  /** What was sent to the port. */
  function light() {
    for (const spot of spots) {
      const value = picture[noteOf(spot)];
      spot.el.classList.toggle("mm-lit", value > 0);
      spot.el.style.setProperty("--mm-lit", (value / HARDEST).toFixed(2));
    }
  }

  /** Light for a moment what was lit and dark again between two pictures. @param {Uint8Array} before */
  function flash(before) {
    for (const { el, note } of spots.map((spot) => ({ el: spot.el, note: noteOf(spot) }))) {
      if (before[STRUCK_AT + note] === picture[STRUCK_AT + note] || picture[note]) continue;
      el.classList.add("mm-flash");
      setTimeout(() => el.classList.remove("mm-flash"), FLASH_MS);
    }
  }

  /** @param {any} news @param {DataView[]} buffers */
  function draw(news, [lights]) {
    if (!news) return;
    const before = picture;
    if (lights?.byteLength === PICTURE_BYTES) picture = new Uint8Array(lights.buffer.slice(lights.byteOffset, lights.byteOffset + PICTURE_BYTES));
    settled = news.settings;
    if (!unsettled) set = settled;
    mapped = news.mapped ?? mapped;
    const ended = alive && news.closed;
    alive = !news.closed;
    text(mode, news.mode.name);
    attr(mode, "title", `mode ${news.mode.name}`);
    const colour = CSS.supports("color", news.mode.color) ? news.mode.color : "";
    swatch.hidden = !colour;
    panel.root.style.setProperty("--mm-mode", colour || "var(--mm-accent)");
    if (news.mapped || ended || JSON.stringify(set) !== shown) show();
    else light();
    if (seen) flash(before);
    const bend = (/** @type {Uint8Array} */ one) => [one[BEND_AT], one[BEND_AT + 1]];
    turning.follow(picture.subarray(CONTROLS_AT), before.subarray(CONTROLS_AT), bend(picture), seen ? bend(before) : [0, 64]);
    kernel.heard(news);
    if (asked >= 0 && news.asked !== asked && held.holds()) panel.tell("hold");
    asked = news.asked;
    seen = true;
  }

  const keyboard = /** @type {any} */ (navigator).keyboard;
  keyboard?.getLayoutMap?.().then((/** @type {any} */ found) => ((layout = found), show()), () => {});
  show();
  return {
    draw,
    seen: (/** @type {boolean} */ on) => on || held.letGo(),
    close() {
      held.letGo();
      ending.abort();
      clearTimeout(twinWaits);
      kernel.close();
      sounding.close();
    },
    gone: sounding.gone,
  };
}

export default { render: (/** @type {Context} */ context) => begin(context, "pads", (panel) => build(panel, context.model)) };

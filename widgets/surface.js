// Pads and keys as buttons, and the fingers, pens, mice and focused keys that play them.

import { h } from "./elements.js";

const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const TAP_MS = 150;
const MOVES = /** @type {Record<string, number[]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });

/** The name of a note; 60 is C4. @param {number} note */
export const noteName = (note) => `${NAMES[note % 12]}${Math.floor(note / 12) - 1}`;

/** @typedef {{ el: any, kind: string, index: number, parts: Record<string, any> }} Spot one pad or key */

/** Make the sixteen pads, the lowest at the lower left.
 * @returns {{ el: any, spots: Spot[] }} */
export function padGrid() {
  const spots = Array.from({ length: 16 }, (_, index) => {
    const parts = { note: h("span", { class: "mm-num" }), name: h("span", { class: "mm-pitch" }), hint: h("kbd"), label: h("span", { class: "mm-does" }) };
    const top = h("span", { class: "mm-top" }, parts.note, parts.name, parts.hint);
    return { el: h("button", { type: "button", class: "mm-pad" }, top, parts.label), kind: "pad", index, parts };
  });
  const rows = [12, 8, 4, 0].flatMap((first) => spots.slice(first, first + 4));
  return { el: h("div", { class: "mm-grid", role: "group" }, ...rows.map((one) => one.el)), spots };
}

/** Make two octaves of keys and the C above; narrow panels show the first of them.
 * @returns {{ el: any, spots: Spot[] }} */
export function piano() {
  let whites = 0;
  const spots = Array.from({ length: 25 }, (_, index) => {
    const black = NAMES[index % 12].length > 1;
    const parts = { hint: h("kbd"), label: h("span", { class: "mm-mark" }), name: h("span", { class: "mm-pitch" }) };
    const el = h("button", { type: "button", class: `mm-key ${black ? "mm-black" : "mm-white"}` }, parts.hint, parts.label, parts.name);
    el.style.setProperty("--mm-at", String(whites));
    if (!black) whites += 1;
    return { el, kind: "key", index, parts };
  });
  return { el: h("div", { class: "mm-piano", role: "group" }, ...spots.map((one) => one.el)), spots };
}

/** How hard it was struck: by pressure where there is one, otherwise the lower the harder.
 * @param {PointerEvent} event @param {Element} el @returns {number} 1 to 127 */
function hardness(event, el) {
  const box = el.getBoundingClientRect();
  const low = box.height ? (event.clientY - box.top) / box.height : 0.8;
  const presses = event.pointerType !== "mouse" && ![0, 0.5, 1].includes(event.pressure); // these say "unknown"
  return Math.min(Math.max(Math.round((presses ? event.pressure : low) * 127), 1), 127);
}

/**
 * Let pads and keys be played.
 * @param {HTMLElement} area around all of them
 * @param {Spot[]} spots
 * @param {{ press: (source: string, spot: Spot, hard: number, stamp: number) => void,
 *   release: (source: string, stamp?: number) => void, on: (source: string) => Spot | undefined }} player
 */
export function playable(area, spots, { press, release, on }) {
  /** @type {Map<Element, Spot>} */
  const known = new Map(spots.map((one) => [one.el, one]));
  /** @param {any} target */
  const spotAt = (target) => known.get(target?.closest?.(".mm-pad, .mm-key"));
  const shown = (/** @type {Spot} */ one) => one.el.getClientRects().length > 0;

  /** Make a spot the one that Tab goes to. @param {Spot} spot */
  function focus(spot) {
    for (const one of spots) if (one.kind === spot.kind) one.el.tabIndex = one === spot ? 0 : -1;
    spot.el.focus({ preventScroll: true });
  }

  area.addEventListener("pointerdown", (event) => {
    const spot = spotAt(event.target);
    if (!spot || event.button !== 0) return;
    event.preventDefault();
    focus(spot);
    try {
      area.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that is gone already, or was made by a script
    }
    press(`p${event.pointerId}`, spot, hardness(event, spot.el), event.timeStamp);
  });
  area.addEventListener("pointermove", (event) => {
    const source = `p${event.pointerId}`;
    const held = on(source);
    if (held?.kind !== "key") return; // pads are struck, keys may be slid over
    const spot = spotAt(document.elementFromPoint(event.clientX, event.clientY));
    if (spot?.kind === "key" && spot !== held) press(source, spot, hardness(event, spot.el), event.timeStamp);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    area.addEventListener(end, (/** @type {any} */ event) => release(`p${event.pointerId}`, event.timeStamp));
  }
  area.addEventListener("contextmenu", (event) => event.preventDefault());
  area.addEventListener("click", (event) => {
    const spot = spotAt(event.target);
    if (!spot || event.detail !== 0) return; // 0: a screen reader's, which knows no "down" and "up"
    press("tap", spot, 100, event.timeStamp);
    setTimeout(() => release("tap"), TAP_MS);
  });
  area.addEventListener("keydown", (event) => {
    const spot = spotAt(event.target);
    if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Space" || event.code === "Enter") {
      event.preventDefault();
      if (!event.repeat) press(`f${event.code}`, spot, event.shiftKey ? 127 : 100, event.timeStamp);
    } else if (MOVES[event.code]) {
      event.preventDefault();
      const [right, up] = MOVES[event.code];
      const step = spot.kind === "pad" ? right + 4 * up : right + up;
      const next = spots.find((one) => one.kind === spot.kind && one.index === spot.index + step);
      if (next && shown(next)) focus(next);
    }
  });
  area.addEventListener("keyup", (event) => {
    if (event.code !== "Space" && event.code !== "Enter") return;
    if (spotAt(event.target)) event.preventDefault();
    release(`f${event.code}`, event.timeStamp);
  });
  spots.forEach((one) => (one.el.tabIndex = one.index ? -1 : 0));
}

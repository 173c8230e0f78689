// Pitch bend and modulation: two wheels, the first of which springs back.

import { attr, h, text } from "./elements.js";

const MOD = 1;
const CENTRE = 8192;
const SEMITONE = CENTRE / 2; // synthesizers bend by two, unless told otherwise
const UNKNOWN = 255;
const STEPS = /** @type {Record<string, number>} */ ({ ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 });

/** @param {string} name @param {string} said @param {Record<string, number>} range */
function wheel(name, said, range) {
  const input = h("input", { type: "range", class: "mm-wheel", "aria-label": said, "aria-orientation": "vertical", ...range });
  const value = h("span", { class: "mm-num" }, "0");
  return { input, value, el: h("label", { class: "mm-wheelbox" }, input, value, h("span", { class: "mm-label" }, name)) };
}

/**
 * @param {any} held what `hands` returns
 * @param {() => number} channel
 * @param {(code: string) => void} told gets the line of code that does what was just done
 */
export function wheels(held, channel, told) {
  const bend = wheel("BEND", "pitch bend", { min: -CENTRE, max: CENTRE - 1, step: 1, value: 0 });
  const mod = wheel("MOD", "modulation, control 1", { min: 0, max: 127, value: 0 });
  const on = () => (channel() ? `, channel=${channel()}` : "");
  const bent = (/** @type {any} */ pitch) => `midi.virtual.play("pitchwheel", pitch=${pitch}${on()})`;
  const turned = (/** @type {any} */ value) => `midi.virtual.turn(${MOD}, ${value}${on()})`;

  /** @param {any} one @param {number} value */
  function stand(one, value) {
    one.input.value = String(value);
    text(one.value, value);
  }

  function bends() {
    held.bend(Number(bend.input.value), channel());
    text(bend.value, bend.input.value);
    told(bent(bend.input.value));
  }

  bend.input.addEventListener("input", bends);
  bend.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!STEPS[event.code]) return;
    event.preventDefault();
    bend.input.value = String(STEPS[event.code] * SEMITONE);
    bends();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture", "keyup", "blur"]) {
    bend.input.addEventListener(end, () => {
      held.bend(0, channel());
      stand(bend, 0);
    });
  }
  mod.input.addEventListener("input", () => {
    held.turn(MOD, Number(mod.input.value), channel());
    text(mod.value, mod.input.value);
    told(turned(mod.input.value));
  });

  return {
    el: h("div", { class: "mm-wheels" }, bend.el, mod.el),
    show() {
      attr(bend.input, "data-twin", bent(0));
      attr(mod.input, "data-twin", turned(mod.input.value));
    },
    /** Follow what was sent to the port, as faders with motors do.
     * @param {Uint8Array} controls @param {Uint8Array} before @param {number[]} pitch @param {number[]} pitchBefore */
    follow(controls, before, pitch, pitchBefore) {
      const value = controls[MOD];
      if (value !== before[MOD] && value !== UNKNOWN && !mod.input.matches(":active")) stand(mod, value);
      const moved = pitch[0] !== pitchBefore[0] || pitch[1] !== pitchBefore[1];
      if (moved && !bend.input.matches(":active")) stand(bend, (pitch[0] | (pitch[1] << 7)) - CENTRE);
    },
  };
}

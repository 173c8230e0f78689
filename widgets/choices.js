// What can be set on the pads: notes, channel, velocity, and what the computer's keys play.

import { attr, button, h, py } from "./elements.js";

const OCTAVE = 12;
const HARD = 100;
const PYTHON = /** @type {Record<string, string>} */ ({ true: "True", false: "False" });
const RANGE = /** @type {Record<string, number[]>} */ ({ first_pad: [0, 112], first_key: [0, 96] });

/** The line of code that sets one. @param {string} name @param {any} value @returns {string} */
export const setting = (name, value) =>
  `midi.panel("pads").${name} = ${value === null ? "None" : typeof value === "string" ? py(value) : PYTHON[String(value)] ?? value}`;

/** Where an octave further would be; null where there is none.
 * @param {any} set @param {string} name @param {number} direction -1 or 1 @returns {number | null} */
export function octaveOn(set, name, direction) {
  const to = set[name] + direction * OCTAVE;
  return to < RANGE[name][0] || to > RANGE[name][1] ? null : to;
}

/**
 * @param {() => any} now what is set
 * @param {(name: string, value: any) => void} choose
 */
export function choices(now, choose) {
  /** @param {string} label @param {string} name @param {number} min @param {number} max */
  function figure(label, name, min, max) {
    const input = h("input", {
      type: "number", min, max, class: "mm-num", "aria-label": label,
      onchange: () => (input.value !== "" && input.checkValidity() ? choose(name, Number(input.value)) : (input.value = now()[name] ?? HARD)),
    });
    return input;
  }

  /** @param {string} name @param {string} what */
  function octaves(name, what) {
    return [-1, 1].map((direction) => button(direction < 0 ? "−" : "+", {
      label: `${what}: an octave ${direction < 0 ? "down" : "up"}`,
      onclick() {
        const to = octaveOn(now(), name, direction);
        if (to !== null) choose(name, to);
      },
    }));
  }

  const lowest = figure("note of the lowest pad", "first_pad", 0, RANGE.first_pad[1]);
  const hard = figure("fixed velocity", "velocity", 1, 127);
  const channel = h("select", { "aria-label": "channel", onchange: () => choose("channel", Number(channel.value)) },
    ...Array.from({ length: 16 }, (_, one) => h("option", { value: one }, one)));
  const fixed = button("Fixed", { label: "fixed velocity instead of as touched", onclick: () => choose("velocity", now().velocity === null ? HARD : null) });
  attr(fixed, "role", "switch");
  const plays = ["pads", "piano"].map((one) => button(one === "pads" ? "Pads" : "Keyboard", {
    twin: setting("computer_keys", one), onclick: () => choose("computer_keys", one),
  }));
  const steps = { first_pad: octaves("first_pad", "pads"), first_key: octaves("first_key", "keyboard") };

  return {
    ofPads: [h("label", { class: "mm-field" }, "from note", lowest), ...steps.first_pad],
    ofKeys: steps.first_key,
    ofBoth: [
      h("span", { class: "mm-field", title: "while a pad, a key or another control of this panel has the focus" }, "computer keys play", h("span", { class: "mm-choice", role: "group", "aria-label": "computer keys play" }, ...plays)),
      h("label", { class: "mm-field" }, "channel", channel),
      h("span", { class: "mm-field" }, "velocity", h("span", { class: "mm-choice" }, fixed, hard)),
    ],
    /** @param {string[]} signs of the computer keys for an octave down and up */
    show(signs) {
      const set = now();
      const played = set.computer_keys === "pads" ? "first_pad" : "first_key";
      if (document.activeElement !== lowest) lowest.value = String(set.first_pad);
      if (document.activeElement !== hard) hard.value = String(set.velocity ?? HARD);
      channel.value = String(set.channel);
      hard.disabled = set.velocity === null;
      attr(fixed, "aria-checked", String(set.velocity !== null));
      plays.forEach((one, at) => attr(one, "aria-pressed", String((set.computer_keys === "pads") === (at === 0))));
      attr(lowest, "data-twin", setting("first_pad", set.first_pad));
      attr(channel, "data-twin", setting("channel", set.channel));
      attr(hard, "data-twin", setting("velocity", set.velocity ?? HARD));
      attr(fixed, "data-twin", setting("velocity", set.velocity === null ? HARD : null));
      for (const [name, buttons] of Object.entries(steps)) {
        buttons.forEach((one, at) => {
          const to = octaveOn(set, name, at ? 1 : -1);
          one.disabled = to === null;
          attr(one, "data-twin", to === null ? null : setting(name, to));
          attr(one, "title", name === played ? `computer key ${signs[at]}` : null);
        });
      }
    },
  };
}

// A piece of code with its name and a way to copy it.

import { attr, button, h, text } from "./elements.js";

/**
 * @param {any} panel
 * @param {string} title e.g. "Python"
 * @param {string} twin the line that shows the same
 */
export function codeBlock(panel, title, twin) {
  const pre = h("pre", { class: "mm-code mm-pre", tabIndex: 0, role: "region", "aria-label": title });
  const copy = button("copy", { kind: "quiet", twin, label: `copy the ${title}`, onclick: () => panel.copied(pre, title) });
  const el = h("div", { class: "mm-block" }, h("div", { class: "mm-row mm-blockhead" }, h("span", { class: "mm-label" }, title), copy), pre);

  return {
    el,
    /** @param {string} said the code @param {string} [instead] why there is none */
    show(said, instead = "") {
      const code = said.trimEnd();
      text(pre, code || instead);
      pre.classList.toggle("mm-low", !code);
      copy.disabled = !code;
    },
    /** @param {string} line */
    twin: (line) => attr(copy, "data-twin", line),
  };
}

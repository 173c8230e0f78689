// A piece of code with its name and a way to copy it.

import { attr, button, h, text } from "./elements.js";

/**
 * @param {any} panel
 * @param {string} title e.g. "Python"
 * @param {string} twin the line that shows the same
 */
export function codeBlock(panel, title, twin) {
  const pre = h("pre", { class: "mm-code mm-pre", tabIndex: 0, role: "region", "aria-label": title });
  const copy = button("copy", { kind: "quiet", twin, label: `copy the ${title}`, onclick: () => taken() });
  const el = h("div", { class: "mm-block" }, h("div", { class: "mm-row mm-blockhead" }, h("span", { class: "mm-label" }, title), copy), pre);
  let code = "";

  async function taken() {
    try {
      await navigator.clipboard.writeText(code);
      panel.say(`${title} copied`, "good");
    } catch {
      getSelection()?.selectAllChildren(pre); // a page without https may not write the clipboard
      panel.say(`${title} is selected: press Ctrl+C`, "warn");
    }
  }

  return {
    el,
    /** @param {string} said the code @param {string} [instead] why there is none */
    show(said, instead = "") {
      code = said.trimEnd();
      text(pre, code || instead);
      pre.classList.toggle("mm-low", !code);
      copy.disabled = !code;
    },
    /** @param {string} line */
    twin: (line) => attr(copy, "data-twin", line),
  };
}

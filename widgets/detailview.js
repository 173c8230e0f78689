// One mapping: what is known of it, and as code.

import { attr, button, chip, h, text } from "./elements.js";
import { codeBlock } from "./codeblock.js";

/** @param {any} panel @param {(number: number) => void} remove */
export function detailView(panel, remove) {
  const title = h("p", { class: "mm-title" });
  const from = h("p", { class: "mm-said" });
  const marks = h("ul", { class: "mm-marks", "aria-label": "what the report says" });
  const gone = button("Remove", { kind: "danger", onclick: () => remove(shown) });
  const python = codeBlock(panel, "Python", "%midi mappings");
  const toml = codeBlock(panel, "TOML", "%midi mappings");
  const facts = h("div", { class: "mm-facts" }, title, marks, from, h("div", { class: "mm-row" }, gone));
  const el = h("div", { class: "mm-detail" }, facts, python.el, toml.el);
  let shown = 0;

  return {
    el,
    /** @param {number} number @param {any} answer what the kernel says of it */
    show(number, answer) {
      shown = number;
      text(title, `${number} · ${answer.title.replace(" -> ", " → ")}`);
      attr(title, "title", answer.title);
      text(from, `${answer.back}${answer.goes_on ? " Mappings after it are tried as well." : ""}`);
      python.show(answer.imports ? `${answer.imports}\n${answer.python}` : answer.python);
      toml.show(answer.toml, answer.why_not);
      for (const block of [python, toml]) block.twin(`%midi mappings ${number}`);
      attr(gone, "data-twin", `%midi unmap ${number}`);
      gone.disabled = false;
    },
    /** @param {[string, string][]} said the remarks of the report @param {boolean} there */
    mark(said, there) {
      const lines = there ? said : [["gone", "it is not there any more; undo may bring it back"]];
      gone.disabled = !there;
      const key = JSON.stringify(lines);
      if (marks.dataset.said === key) return;
      marks.dataset.said = key;
      marks.replaceChildren(...lines.map(([kind, why]) => h("li", {}, chip(kind, kind === "dead" ? "bad" : "warn"), ` ${why}`)));
    },
  };
}

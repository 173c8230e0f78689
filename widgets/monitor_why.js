// Why one event fired what it fired, or nothing.

import { attr, button, h, text } from "./elements.js";

const ASK_MS = 80;

/** What `midi.why` says of one event. @param {any} panel @param {(serial: number) => Promise<any>} ask */
export function reasons(panel, ask) {
  const title = h("strong", { class: "mm-title" });
  const copy = button("Copy as code", { onclick: copied });
  const code = h("code", { class: "mm-code mm-again" });
  const head = h("thead");
  const body = h("tbody");
  const table = h("table", { class: "mm-table", "aria-label": "mappings that were considered" }, head, body);
  const remarks = h("ul", { class: "mm-remarks" });
  const nothing = h("p", { class: "mm-empty" }, "Choose an event in the list, or in the picture, and here is why it fired what it fired, or nothing.");
  const found = h("div", { class: "mm-found" },
    h("div", { class: "mm-row mm-asked" }, title, h("span", { class: "mm-gap" }), code, copy), table, remarks);
  const el = h("div", { class: "mm-card mm-why", tabIndex: 0, role: "region", "aria-label": "why" }, nothing, found);
  let wait = 0;
  let asked = 0;
  found.hidden = true;

  function copied() {
    panel.copied(code, "the line");
    panel.twin(code.textContent);
  }

  /** @param {any} answer */
  function show(answer) {
    text(title, answer.title);
    attr(title, "title", answer.title);
    const heads = answer.headings.map((/** @type {string} */ one, /** @type {number} */ at) => h("th", { scope: "col" }, one || (at ? "" : "number")));
    head.replaceChildren(h("tr", {}, ...heads));
    body.replaceChildren(...answer.rows.map((/** @type {string[]} */ row) =>
      h("tr", {}, ...row.map((cell, at) => h(at ? "td" : "th", { scope: at ? undefined : "row" }, cell)))));
    table.hidden = !answer.rows.length;
    remarks.replaceChildren(...answer.remarks.map((/** @type {string} */ one) => h("li", {}, one)));
    text(code, answer.code);
    attr(code, "title", answer.code);
    copy.disabled = !answer.code;
    attr(copy, "title", answer.code ? null : "only messages that are remembered whole can be played again");
    attr(copy, "data-twin", answer.code || null);
    nothing.hidden = true;
    found.hidden = false;
  }

  return {
    el,
    /** Show why, soon; of several that are asked for in a row the last. @param {number} serial */
    of(serial) {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        const mine = ++asked;
        try {
          const answer = await ask(serial);
          if (mine === asked) show(answer);
        } catch (error) {
          if (mine === asked) show({ title: `event ${serial}: ${/** @type {Error} */ (error).message}`, headings: [], rows: [], remarks: [], code: "" });
        }
      }, ASK_MS);
    },
    /** Forget what was asked. */
    empty() {
      clearTimeout(wait);
      asked += 1;
      nothing.hidden = false;
      found.hidden = true;
    },
    close: () => clearTimeout(wait),
  };
}

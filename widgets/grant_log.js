// The last decisions, and what was granted and never used.

import { attr, chip, clock, grid, h, text, word } from "./elements.js";
import { fresh } from "./fresh.js";
import { REVOKE, buttons } from "./deciding.js";

const VERDICTS = /** @type {Record<string, "good" | "warn" | "bad" | "low" | "off" | "accent">} */ ({
  allowed: "good", granted: "accent", refused: "warn", denied: "bad", revoked: "low", "taken back": "low",
});

/** The audit tail, asked for while it is shown. @param {any} panel */
export function auditTail(panel) {
  let count = -1;
  let on = true;
  let known = "";
  const who = h("select", { "aria-label": "whose decisions", "data-twin": "%midi audit", onchange: () => {
    attr(who, "data-twin", `%midi audit${who.value ? ` ${word(who.value)}` : ""}`);
    panel.twin(who.dataset.twin);
    look();
  } }, h("option", { value: "" }, "all plugins"));
  const table = grid([
    { title: "AT", class: "mm-at", text: (one) => clock(one.at) },
    { title: "PLUGIN", head: true, class: "mm-cut", text: (one) => one.plugin },
    { title: "SCOPE", class: "mm-cut", make: () => h("code", { class: "mm-code" }), show: (node, one) => said(node, one.scope) },
    { title: "VERDICT", make: () => chip("", "off"), show: verdict },
    { title: "BY", class: "mm-cut", text: (one) => one.op },
    { title: "WHY AND WHERE", class: "mm-cut", make: () => h("span", {}), show: (node, one) => said(node, [one.why, one.place].filter(Boolean).join(" · ")) },
  ], { label: "the last 50 decisions", empty: "Nothing has been decided yet.", key: (/** @type {any} */ one) => one.key });
  const el = h("div", { class: "mm-tail" }, h("div", { class: "mm-row" }, h("label", { class: "mm-field" }, "of", who), h("span", { class: "mm-low" }, "the last 50, equal ones within a second folded")), table.el);

  const answers = fresh(panel, (entries) => {
    const times = new Map();
    table.update(entries.map((/** @type {any[]} */ [at, plugin, scope, op, verdict, n, why, place]) => {
      const same = JSON.stringify([at, plugin, scope, op, verdict, why, place]);
      times.set(same, (times.get(same) ?? 0) + 1);
      return { key: `${same} ${times.get(same)}`, at, plugin, scope, op, verdict, n, why, place };
    }));
  });

  /** @param {any} node @param {string} value */
  function said(node, value) {
    text(node, value);
    attr(node, "title", value);
  }

  /** @param {any} node @param {any} one */
  function verdict(node, one) {
    text(node, `${one.verdict}${one.n > 1 ? ` ×${one.n}` : ""}`);
    attr(node, "class", `mm-chip mm-${VERDICTS[one.verdict] ?? "off"}`);
  }

  function look() {
    if (on && count >= 0) answers.want(`${count} ${who.value}`, "audit", () => ({ name: who.value || null }));
  }

  return {
    el,
    /** @param {number} now */
    counted(now) {
      count = now;
      look();
    },
    /** @param {boolean} shown */
    shown(shown) {
      on = shown;
      look();
    },
    /** @param {string[]} names */
    names(names) {
      const now = JSON.stringify(names);
      if (now === known) return;
      known = now;
      const chosen = who.value;
      who.replaceChildren(h("option", { value: "" }, "all plugins"), ...names.map((one) => h("option", { value: one }, one)));
      who.value = names.includes(chosen) ? chosen : "";
    },
  };
}

/** What was granted and never used. @param {any} panel */
export function neverUsed(panel) {
  const table = grid([
    { title: "PLUGIN", head: true, class: "mm-cut", text: (one) => one.name },
    { title: "SCOPE", class: "mm-cut", make: () => h("code", { class: "mm-code" }), show: (node, one) => text(node, one.scope) },
    { title: "GRANTED", text: (one) => (one.span === "declared" ? "as low risk" : one.span) },
    { title: "", class: "mm-doing", make: (one) => {
      const answers = buttons(panel, [REVOKE], () => one);
      answers.show();
      return h("span", { class: "mm-row" }, answers.problem, answers.group);
    } },
  ], { label: "granted and never used", empty: "All that was granted has been used since the session began.", key: (/** @type {any} */ one) => JSON.stringify([one.name, one.scope]) });
  const el = h("div", { class: "mm-tail" }, h("div", { class: "mm-row" }, h("span", { class: "mm-low" }, "granted, and not used since the session began: what is not needed is best taken back")), table.el);
  return {
    el,
    /** @param {any[]} rows @returns {number} how many there are */
    show(rows) {
      const found = rows.flatMap((row) => Object.values(row.scopes).flat().filter((/** @type {any} */ one) => one.verdict === "granted" && !one.used)
        .map((/** @type {any} */ one) => ({ name: row.name, scope: one.scope, span: one.span })));
      table.update(found);
      return found.length;
    },
  };
}

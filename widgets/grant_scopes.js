// What one plugin declares and was granted, scope by scope, with the answers to each.

import { attr, chip, h, text } from "./elements.js";
import { DENY, GRANTS, REVOKE, buttons, danger } from "./deciding.js";

const LOOKS = /** @type {Record<string, "good" | "warn" | "bad" | "low" | "accent">} */ ({
  granted: "good", "partly granted": "accent", denied: "bad", revoked: "low", suspended: "warn", "not granted": "warn",
});
const SPANS = /** @type {Record<string, string>} */ ({ once: "once", session: "for this session", always: "always", declared: "as low risk" });
const EXAMPLES = /** @type {Record<string, string>} */ ({
  network: "network:api.example.com:443", filesystem: "filesystem:read:~/samples", subprocess: "subprocess:git",
  midi: "midi:out:Synth", audio: "audio:out", system_control: "system_control:keys",
});

/** @param {any} panel */
export function scopesOf(panel) {
  let name = "";
  let shape = "";
  const title = h("strong", { class: "mm-heading" });
  const list = h("div", { class: "mm-caps" });
  const other = h("input", { class: "mm-code", "aria-label": "another scope", spellcheck: false, autocomplete: "off", oninput: () => answers.show() });
  const answers = buttons(panel, [...GRANTS, DENY], () => ({ name, scope: other.value.trim() }), () => {
    other.value = "";
    answers.show();
  });
  const narrower = h("form", { class: "mm-other", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    h("label", { class: "mm-label", }, "OR ONLY A PART OF IT", other), answers.group, answers.problem);
  const nothing = h("p", { class: "mm-empty" }, "Choose a plugin to see what it wants, why, and to decide about it.");
  const all = h("div", {}, title, list, narrower);
  const el = h("section", { class: "mm-beside", tabIndex: 0, "aria-label": "the chosen plugin" }, nothing, all);
  /** @type {Map<string, any>} */
  let shown = new Map();

  /** @param {any} row @param {any} about of the capability @param {string} capability */
  function block(row, about, capability) {
    const scopes = row.scopes[capability].map((/** @type {any} */ one) => line(row.name, one));
    const reason = row.reasons[capability];
    const why = reason ? `Its author: “${reason}”` : row.files ? "Its author gives no reason." : "";
    return {
      scopes,
      el: h("div", { class: "mm-capability", "data-capability": capability },
        h("div", { class: "mm-row" }, h("strong", {}, capability), danger(about?.risk ?? "high"), h("span", { class: "mm-low" }, about ? `may ${about.may}` : "")),
        why ? h("p", { class: "mm-reason" }, why) : null,
        ...scopes.map((/** @type {any} */ one) => one.el)),
    };
  }

  /** @param {string} plugin @param {any} one */
  function line(plugin, one) {
    const { scope } = one;
    const verdict = chip("", "off");
    const use = h("span", { class: "mm-low" });
    const each = buttons(panel, [...GRANTS, REVOKE, DENY], () => ({ name: plugin, scope }));
    return {
      scope,
      el: h("div", { class: "mm-scope" }, h("code", { class: "mm-code" }, scope), h("div", { class: "mm-row" }, verdict, use), each.group, each.problem),
      /** @param {any} now */
      show(now) {
        text(verdict, [now.verdict, SPANS[now.span]].filter(Boolean).join(" "));
        attr(verdict, "class", `mm-chip mm-${LOOKS[now.verdict] ?? "off"}${now.verdict === "partly granted" ? " mm-part" : ""}`);
        const notes = [
          !now.declared && "it does not declare this",
          now.verdict === "suspended" && "its files have changed since it was granted",
          now.verdict === "granted" && (now.used ? "used" : "never used"),
        ];
        text(use, notes.filter(Boolean).join(", "));
        each.show(now.span, now.verdict);
      },
    };
  }

  return {
    el,
    /** @param {any} row @param {any[]} capabilities */
    show(row, capabilities) {
      nothing.hidden = Boolean(row);
      all.hidden = !row;
      if (!row) return;
      const wanted = JSON.stringify([row.name, row.files, row.reasons, Object.entries(row.scopes).map(([one, some]) => [one, some.map((/** @type {any} */ each) => each.scope)])]);
      if (row.name !== name) {
        other.value = "";
        answers.clear();
      }
      name = row.name;
      text(title, row.name);
      attr(title, "title", row.name);
      const first = Object.keys(row.scopes)[0] ?? "network";
      attr(other, "placeholder", EXAMPLES[first] ?? `${first}:…`);
      if (wanted !== shape) {
        const blocks = Object.keys(row.scopes).map((one) => block(row, capabilities.find((each) => each.name === one), one));
        shown = new Map(blocks.flatMap((one) => one.scopes.map((/** @type {any} */ each) => [each.scope, each])));
        list.replaceChildren(...blocks.map((one) => one.el));
        shape = wanted;
      }
      for (const one of Object.values(row.scopes).flat()) shown.get(/** @type {any} */ (one).scope)?.show(one);
      answers.show();
    },
    /** @param {string} capability */
    reveal(capability) {
      for (const one of list.children) {
        const mine = one.getAttribute("data-capability") === capability;
        one.classList.toggle("mm-current", mine);
        if (mine) el.scrollTop = one.offsetTop - el.offsetTop - 8;
      }
    },
  };
}

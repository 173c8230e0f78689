// The buttons that answer what a plugin may do, and what is said when an answer can not be given.

import { attr, button, chip, h, text, word } from "./elements.js";

/** @typedef {{ verb: string, label: string, until?: string, kind?: string }} Answer */

/** @type {Answer[]} */
export const GRANTS = [
  { verb: "grant", label: "Once", until: "once" },
  { verb: "grant", label: "Session", until: "session" },
  { verb: "grant", label: "Always", until: "always" },
];
/** @type {Answer} */
export const REVOKE = { verb: "revoke", label: "Revoke" };
/** @type {Answer} */
export const DENY = { verb: "deny", label: "Deny", until: "", kind: "danger" };

const LONG = ["once", "session", "always"];
const RISKS = /** @type {Record<string, "low" | "warn" | "bad">} */ ({ low: "low", medium: "warn", high: "bad" });

/** A risk, by word and shape. @param {string} risk */
export function danger(risk) {
  const el = chip(`${risk} risk`, RISKS[risk] ?? "bad");
  el.classList.add("mm-risk");
  return el;
}

/** The line that answers so. @param {Answer} answer @param {string} name @param {string} scope */
export function twin({ verb, until }, name, scope) {
  return `%midi ${verb} ${word(name)} ${word(scope)}${until ? ` --${until}` : ""}`;
}

/**
 * Buttons that answer, and the place where it is said why one can not.
 * @param {any} panel
 * @param {Answer[]} answers
 * @param {() => { name: string, scope: string }} about
 * @param {(said: string) => void} [done]
 */
export function buttons(panel, answers, about, done) {
  const problem = h("p", { class: "mm-problem", role: "alert", hidden: true });
  let ended = false;
  const group = h("span", { class: "mm-answers", role: "group" });
  const made = answers.map((answer) => {
    const el = button(answer.label, { kind: answer.kind, onclick: () => decide(answer, el) });
    return { answer, el };
  });
  group.append(...made.map((one) => one.el));

  /** @param {Answer} answer @param {any} control */
  async function decide(answer, control) {
    if (ended) return;
    const { name, scope } = about();
    const args = answer.until === undefined ? { name, scope } : { name, scope, until: answer.until };
    attr(control, "aria-busy", true);
    try {
      const said = await panel.ask(answer.verb, args);
      panel.say(said, "good");
      say("");
      done?.(said);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      panel.say(message, "bad");
      say(message);
    } finally {
      attr(control, "aria-busy", null);
    }
    panel.twin(twin(answer, name, scope));
  }

  /** @param {string} said */
  function say(said) {
    text(problem, said && `✖ ${said}`);
    problem.hidden = !said;
  }

  /** Bring twins and labels up to date; `pressed` is for how long it is granted. @param {string} [pressed] @param {string} [verdict] */
  function show(pressed = "", verdict = "") {
    const { name, scope } = about();
    attr(group, "aria-label", `decide about ${scope} of ${name}`);
    for (const { answer, el } of made) {
      attr(el, "data-twin", twin(answer, name, scope));
      const words = answer.verb === "grant" ? `grant ${answer.until}` : answer.verb;
      attr(el, "aria-label", `${words}: ${scope} for ${name}`);
      if (answer.verb === "grant") {
        attr(el, "aria-pressed", String(verdict === "granted" && pressed === answer.until));
        // a shorter grant beside a longer one changes nothing
        el.disabled = verdict === "granted" && LONG.indexOf(answer.until ?? "") < LONG.indexOf(pressed);
        el.title = el.disabled ? "it is granted for longer already; revoke that first" : "";
      }
      if (answer.verb === "deny") attr(el, "aria-pressed", String(verdict === "denied"));
    }
  }
  /** Take no more answers, without taking the focus away. @param {boolean} now */
  function over(now) {
    ended = now;
    for (const { el } of made) attr(el, "aria-disabled", now);
  }
  return { group, problem, show, over, clear: () => say("") };
}

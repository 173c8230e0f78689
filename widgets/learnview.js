// Learning: the countdown, what was heard, and a form that maps it without a line of code.

import { attr, button, h, text } from "./elements.js";
import { codeBlock } from "./codeblock.js";

const CALM_MS = 150;
const ACTIONS = { note: "play a note", cc: "send a control change", plugin: "run a plugin", mode: "enter a mode" };

/** A number, or what was played. @param {string} label @param {number} value @param {number} high @param {boolean} [played] */
function numberField(label, value, high, played) {
  const number = h("input", { type: "number", min: 0, max: high, value, class: "mm-short", "aria-label": label });
  const same = h("input", { type: "checkbox", checked: !!played, "aria-label": `${label} as played` });
  const el = h("div", { class: "mm-row mm-line" }, h("label", { class: "mm-field" }, h("span", { class: "mm-what" }, label), number));
  if (played !== undefined) el.append(h("label", { class: "mm-field" }, same, "as played"));
  const dim = () => (number.disabled = same.checked);
  same.addEventListener("change", dim);
  dim();
  return {
    el,
    set: (/** @type {number} */ wanted) => (number.value = String(wanted)),
    get() {
      if (same.checked) return "pass";
      if (!Number.isInteger(number.valueAsNumber)) throw new Error(`${label}: a whole number from 0 to ${high}`);
      return number.valueAsNumber;
    },
  };
}

/** @param {string} label @param {boolean} checked */
function checkField(label, checked) {
  const box = h("input", { type: "checkbox", checked });
  return { el: h("label", { class: "mm-field mm-line" }, box, label), get: () => box.checked };
}

/** @param {string} label @param {string} missing what is said when there is nothing to choose */
function choiceField(label, missing) {
  const select = h("select", { "aria-label": label });
  let known = "";
  return {
    el: h("label", { class: "mm-field mm-line" }, h("span", { class: "mm-what" }, label), select),
    get: () => select.value,
    /** @param {[string, string][]} options value and text */
    offer(options) {
      const now = JSON.stringify(options);
      if (now === known) return;
      known = now;
      const before = select.value;
      select.replaceChildren(...(options.length ? options : [["", missing]]).map(([value, said]) => h("option", { value }, said)));
      if (options.some(([value]) => value === before)) select.value = before;
    },
  };
}

/**
 * @param {any} panel
 * @param {(number: number) => void} mapped
 */
export function learnView(panel, mapped) {
  const seconds = h("span", { class: "mm-figure" });
  const bar = h("div", { class: "mm-bar" });
  const waits = h("div", { class: "mm-waits" },
    h("strong", {}, "Play it now …"),
    h("div", { class: "mm-row", role: "timer", "aria-label": "seconds left" }, seconds, h("span", { class: "mm-unit" }, "s left")),
    h("div", { class: "mm-track", "aria-hidden": "true" }, bar),
    h("p", { class: "mm-said" }, "A pad, twice for a double tap, held for a long press, several for a chord; a knob, a fader, a pedal. It fires nothing meanwhile."));
  const why = h("p", { class: "mm-empty" });
  const heard = h("p", { class: "mm-said" });
  const choices = h("div", { class: "mm-choices", role: "radiogroup", "aria-label": "which trigger" });
  const note = { note: numberField("note", 60, 127, false), channel: numberField("channel", 0, 15), velocity: numberField("velocity", 100, 127, true), until_release: checkField("ends when it is let go", true) };
  const cc = { control: numberField("control", 1, 127), channel: numberField("channel", 0, 15), value: numberField("value", 127, 127, true) };
  const plugin = { plugin: choiceField("plugin", "none yet: define one in a cell") };
  const mode = { mode: choiceField("enter", ""), while_held: checkField("only while it is held", false) };
  /** @type {Record<string, Record<string, any>>} */
  const fields = { note, cc, plugin, mode };
  const action = h("select", { "aria-label": "map it to" }, ...Object.entries(ACTIONS).map(([value, said]) => h("option", { value }, said)));
  const groups = Object.fromEntries(Object.entries(fields).map(([name, group]) => [name, h("div", { class: "mm-pairs" }, ...Object.values(group).map((one) => one.el))]));
  const where = choiceField("in mode", "");
  const name = h("input", { type: "text", maxLength: 100, placeholder: "none", "aria-label": "name" });
  const wrong = h("p", { class: "mm-wrong mm-bad", role: "alert" });
  const go = button("Map it", { kind: "primary", onclick: () => map() });
  const form = h("form", { class: "mm-form", "aria-label": "map it to", onsubmit: (/** @type {Event} */ event) => event.preventDefault(), oninput: () => draft(), onchange: () => draft() },
    h("label", { class: "mm-field mm-line" }, h("span", { class: "mm-what" }, "map it to"), action),
    ...Object.values(groups),
    h("div", { class: "mm-pairs" }, where.el, h("label", { class: "mm-field mm-line" }, h("span", { class: "mm-what" }, "name"), name)),
    h("div", { class: "mm-row mm-do" }, go, wrong));
  const python = codeBlock(panel, "Python", "%midi learn");
  const toml = codeBlock(panel, "TOML", "%midi learn");
  const result = h("div", { class: "mm-result" }, h("div", { class: "mm-heard" }, h("span", { class: "mm-label" }, "HEARD"), heard, choices), form, h("div", { class: "mm-codes" }, python.el, toml.el));
  const el = h("div", { class: "mm-learn" }, waits, why, result);
  let lesson = /** @type {any} */ ({ number: 0 });
  let chosen = 0;
  let asked = 0;
  let calm = 0;

  function wanted() {
    const kind = action.value;
    const given = Object.fromEntries(Object.entries(fields[kind]).map(([key, one]) => [key, one.get()]));
    const mode = where.get().slice(1);
    return { lesson: lesson.number, choice: chosen, action: kind, fields: given, mode: mode || null, name: name.value };
  }

  function draft() {
    for (const [kind, group] of Object.entries(groups)) group.hidden = kind !== action.value;
    clearTimeout(calm);
    calm = window.setTimeout(drafted, CALM_MS);
  }

  async function drafted() {
    const mine = ++asked;
    let said = "";
    try {
      const answer = await panel.ask("draft", wanted());
      if (mine !== asked) return;
      python.show(answer.imports ? `${answer.imports}${answer.python}` : answer.python);
      toml.show(answer.toml, answer.why_not);
      for (const node of [form, action, go]) attr(node, "data-twin", answer.python);
      for (const block of [python, toml]) block.twin(answer.python);
      if (form.contains(document.activeElement)) panel.twin(answer.python);
    } catch (error) {
      if (mine !== asked) return;
      said = /** @type {Error} */ (error).message;
      python.show("", "…");
      toml.show("", "…");
    }
    text(wrong, said);
    go.disabled = !!said;
  }

  async function map() {
    let want;
    try {
      want = wanted();
    } catch (error) {
      return text(wrong, /** @type {Error} */ (error).message);
    }
    const answer = await panel.act(go, "map", want);
    if (!answer) return;
    panel.say(answer.said, "good");
    panel.twin(answer.python);
    mapped(answer.number);
  }

  /** @param {any[]} offered */
  function choose(offered) {
    chosen = 0;
    choices.replaceChildren(...offered.map((one, index) => {
      const radio = h("input", { type: "radio", name: `mm-choice-${panel.view}`, checked: index === 0, "data-twin": `midi.map(${one.code}, ...)`, onchange: () => { chosen = index; draft(); } });
      return h("label", { class: "mm-choice" }, radio, h("span", {}, h("span", { class: "mm-code" }, one.trigger), h("span", { class: "mm-note", title: one.about }, one.about)));
    }));
    const first = offered[0]?.code.match(/^\w+\((\d+)/);
    if (first) (/^(cc|encoder)/.test(offered[0].code) ? cc.control : note.note).set(Number(first[1]));
    if (first) action.value = /^(cc|encoder)/.test(offered[0].code) ? "cc" : "note";
  }

  return {
    el,
    /** @param {any} news the lesson as the kernel tells it */
    show(news) {
      const other = news.number !== lesson.number || news.heard !== lesson.heard;
      lesson = news;
      waits.hidden = !news.listens;
      result.hidden = !news.choices;
      why.hidden = !!news.listens || !!news.choices;
      text(why, `${news.why ? `${news.why[0].toUpperCase()}${news.why.slice(1)}. ` : ""}Press Learn to try again.`);
      if (!news.choices || !other) return;
      text(heard, news.heard);
      name.value = "";
      choose(news.choices);
      draft();
    },
    /** @param {number} left seconds @param {number} whole */
    count(left, whole) {
      text(seconds, Math.ceil(left));
      bar.style.transform = `scaleX(${Math.max(left / whole, 0)})`;
    },
    /** @param {[string, string][]} modes @param {string[]} plugins */
    offer(modes, plugins) {
      const names = modes.map(([one]) => /** @type {[string, string]} */ ([one, one]));
      where.offer([["", "all modes"], ...names.map(([one]) => /** @type {[string, string]} */ ([`=${one}`, one]))]);
      mode.mode.offer([["next", "the next one"], ["previous", "the one before"], ...names]);
      plugin.plugin.offer(plugins.map((one) => [one, one]));
    },
    close: () => clearTimeout(calm),
  };
}

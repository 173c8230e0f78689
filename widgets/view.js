// One view of a panel: its frame on the page, and its messages to and from the kernel. Panels import
// from here and from elements.js; the kernel sends each as one module with both inside, because a
// widget's module has no neighbours that it could import.

import { attr, button, colours, h, text } from "./elements.js";

const BUSY_MS = 300;
const BUSY = "the kernel is busy; it answers when it can";
const ASK_MS = 30_000;
const NEWS_MS = 5_000;
const SEEN_EVERY = 30;

/** The moment, in milliseconds of this page's clock, which never jumps.
 * @param {number} [stamp] of an event @returns {number} */
export function now(stamp = performance.now()) {
  return performance.timeOrigin + stamp;
}

/**
 * Begin one view of a panel.
 * @param {{ model: any, el: HTMLElement }} context what anywidget's `render` gets
 * @param {string} name the panel's
 * @param {(panel: any) => { draw?: (state: any, buffers: DataView[]) => void, close?: () => void,
 *   seen?: (on: boolean) => void, gone?: () => void }} build
 *   fills `panel.body`; `draw` gets each new picture, `gone` is told that the kernel has gone
 * @returns {() => void} ends the view
 */
export function begin({ model, el }, name, build) {
  const view = Math.random().toString(36).slice(2, 12);
  const body = h("div", { class: "mm-body" });
  const status = h("span", { class: "mm-status", role: "status" });
  const trouble = h("span", { class: "mm-trouble", role: "alert" });
  const twin = h("code", { class: "mm-twin" });
  const copy = button("copy", { kind: "quiet", label: "copy the line of code", onclick: () => copied(twin, "the line") });
  const foot = h("div", { class: "mm-foot" }, status, trouble, twin, copy);
  const root = h("section", { class: `mm mm-${name}`, "aria-label": `midimon ${name}` }, body, foot);
  const waiting = new Map();
  /** @type {any[]} */
  const early = [];
  let line = /** @type {any} */ (null);
  let hand = { x: -1, y: -1 };
  let asked = 0;
  let news = 0;
  let on = false;
  let drawn = false;
  let ended = false;

  const panel = { root, body, view, tell, ask, act, say, copied, twin: showTwin, colours: () => colours(root) };

  /** Say something to the kernel without waiting for an answer.
   * @param {string} verb @param {object} [args] @param {ArrayBuffer[]} [buffers] */
  function tell(verb, args = {}, buffers = []) {
    const content = { panel: model.get("_panel"), view, do: verb, id: ++asked, args };
    if (line) line.send(content, undefined, buffers);
    else if (!ended) early.push([content, buffers]);
    return asked;
  }

  /** Have something done; resolves to the answer, rejects with what the kernel says is wrong.
   * @param {string} verb @param {object} [args] @param {ArrayBuffer[]} [buffers] @returns {Promise<any>} */
  function ask(verb, args = {}, buffers = []) {
    const id = tell(verb, args, buffers);
    const late = setTimeout(() => say(BUSY, "warn"), BUSY_MS);
    return new Promise((resolve, reject) => {
      const over = setTimeout(() => settle({ error: "no answer from the kernel for 30 s" }), ASK_MS);
      const settle = (/** @type {any} */ answer) => {
        clearTimeout(late);
        clearTimeout(over);
        waiting.delete(id);
        if (status.textContent === BUSY) say("");
        if (answer.error) reject(new Error(answer.error));
        else resolve(answer.value);
      };
      waiting.set(id, settle);
    });
  }

  /** Ask, with the control dimmed meanwhile, and show what came of it and the twin in the foot.
   * @param {HTMLElement | null} control @param {string} verb @param {object} [args] @param {string} [code]
   * @returns {Promise<any>} the answer; undefined when it was refused, which is shown */
  async function act(control, verb, args = {}, code) {
    if (control) attr(control, "aria-busy", true);
    if (code) showTwin(code); // now: when the answer comes another control may be pointed at
    try {
      const answer = await ask(verb, args);
      say(typeof answer === "string" ? answer : "done", "good");
      return answer ?? true;
    } catch (error) {
      say(/** @type {Error} */ (error).message, "bad");
      return undefined;
    } finally {
      if (control) attr(control, "aria-busy", null);
    }
  }

  /** Show a line in the foot; one that something went well goes again after a while.
   * @param {string} said @param {string} [kind] */
  function say(said, kind = "") {
    clearTimeout(news);
    if (kind === "good") news = setTimeout(() => say(""), NEWS_MS);
    text(status, said);
    status.className = `mm-status ${kind ? `mm-${kind}` : ""}`;
  }

  /** Copy what stands in an element, or select it where a page may not write the clipboard.
   * @param {Element} node @param {string} what it is */
  async function copied(node, what) {
    try {
      await navigator.clipboard.writeText(node.textContent ?? "");
      say(`${what} is copied`, "good");
    } catch {
      getSelection()?.selectAllChildren(node);
      say(`this page may not copy: ${what} is selected, press Ctrl+C`, "warn");
    }
  }

  /** Show the line of code that does what a control does. @param {string} code */
  function showTwin(code) {
    text(twin, code);
    copy.hidden = !code;
  }

  /** @param {any} event */
  function pointed(event) {
    if (event.type === "pointerover" && event.clientX === hand.x && event.clientY === hand.y) return; // scrolled under it
    const code = event.target instanceof Element && event.target.closest("[data-twin]")?.getAttribute("data-twin");
    if (code) showTwin(code);
  }

  // Lab's command mode would take letters typed here for commands
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  root.addEventListener("pointerover", pointed);
  root.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => (hand = { x: event.clientX, y: event.clientY }));
  root.addEventListener("focusin", pointed);
  showTwin("");
  say("waiting for the kernel …");

  const drawing = build(panel);

  /** @param {any} content @param {DataView[]} buffers */
  function framed(content, buffers) {
    if (ended || !content || content.frame === undefined) return;
    if (!drawn) say("");
    drawn = true;
    text(trouble, content.trouble ?? "");
    const [packed, ...rest] = buffers;
    const state = packed?.byteLength ? JSON.parse(new TextDecoder().decode(packed)) : null;
    try {
      drawing.draw?.(state, rest);
    } catch (error) {
      say(`this picture can not be drawn: ${error}`, "bad");
    }
    if (content.frame % SEEN_EVERY === 0) tell("seen", { frame: content.frame });
  }

  /** @param {any} content */
  function answered(content) {
    if (content?.view === view) waiting.get(content.reply)?.(content);
  }

  function looked() {
    const looks = !document.hidden && shown;
    if (looks === on || ended) return;
    on = looks;
    tell("look", { on, at: now() });
    drawing.seen?.(on);
  }

  function gone() {
    if (line?.comm_live !== false) return;
    body.inert = true;
    root.classList.add("mm-gone");
    drawing.gone?.();
    say("the kernel has gone; this is the last picture. Run %load_ext, your cells and this one again", "warn");
  }

  let shown = false;
  const sight = new IntersectionObserver((entries) => {
    shown = entries[entries.length - 1].isIntersecting;
    looked();
  });
  sight.observe(root);
  document.addEventListener("visibilitychange", looked);
  model.on("msg:custom", framed);
  el.append(root);
  connect();

  async function connect() {
    try {
      line = await model.widget_manager.get_model(model.get("_line").replace("IPY_MODEL_", ""));
      line.on("msg:custom", answered);
      line.on("comm_live_update", gone);
    } catch (error) {
      say(`no connection to the kernel: ${error}`, "bad");
      return;
    }
    if (ended) return leave();
    on = shown && !document.hidden;
    tell("hello", { on, at: now() });
    for (const [content, buffers] of early.splice(0)) line.send(content, undefined, buffers);
    gone();
  }

  function leave() {
    line?.off?.("msg:custom", answered);
    line?.off?.("comm_live_update", gone);
  }

  return () => {
    drawing.close?.();
    if (line && line.comm_live !== false) tell("bye");
    ended = true;
    leave();
    sight.disconnect();
    document.removeEventListener("visibilitychange", looked);
    model.off("msg:custom", framed);
    for (const settle of [...waiting.values()]) settle({ error: "the panel was closed" });
    root.remove();
  };
}

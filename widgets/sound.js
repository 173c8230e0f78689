// Whether a view sounds: what the kernel sends to "Virtual" is heard once in a browser, however many
// views there are, while the page is on the screen and the browser lets it.

import { attr, button, h, text } from "./elements.js";
import { setting } from "./choices.js";
import { unpack } from "./midiwire.js";
import { voice } from "./voice.js";

const LOOK_MS = 1000;
const ASK_MS = 2000;
const PATIENCE_MS = 6000;
const ASK_EVERY = 64;
const DOUBT_MS = 500;

/** Wait for one's turn among all views of this browser that have the same name.
 * @param {string} name @param {() => void} got is called when it has come
 * @returns {() => void} gives it to the next */
function turn(name, got) {
  const locks = navigator.locks; // pages that are not secure have none
  if (!locks) return turnInPage(name, got);
  const over = new AbortController();
  let leave = (/** @type {any} */ _none) => {};
  const held = () => new Promise((done) => {
    leave = done;
    got();
  });
  locks.request(name, { signal: over.signal }, held).catch(() => {});
  return () => {
    over.abort();
    leave(undefined);
  };
}

/** @param {string} name @param {() => void} got */
function turnInPage(name, got) {
  const key = Symbol.for("midimon sound");
  /** @type {Map<string, (() => void)[]>} */
  const queues = (/** @type {any} */ (window)[key] ??= new Map());
  const queue = queues.get(name) ?? [];
  queues.set(name, queue);
  queue.push(got);
  if (queue.length === 1) got();
  return () => {
    const place = queue.indexOf(got);
    queue.splice(place, 1);
    if (place === 0) queue[0]?.();
  };
}

/**
 * @param {any} panel
 * @param {any} model
 * @param {(on: boolean) => void} choose sets it in the kernel
 */
export function sound(panel, model, choose) {
  const synth = voice(show);
  const name = `midimon sound ${model.get("_line")}`;
  const control = button("Sound", { onclick: () => choose(!wanted) });
  const note = h("span", { class: "mm-note", role: "status" });
  const ending = new AbortController();
  let wanted = false;
  let ended = false;
  let dead = false; // whether the kernel has gone
  let mine = false;
  /** @type {(() => void) | null} */
  let giveBack = null;
  let awaited = -1; // the number of the next message
  let batches = 0;
  let heard = 0;
  let looking = 0;
  let doubting = 0;
  let doubted = false;
  attr(control, "role", "switch");

  /** Take one's place in the queue, or leave it. */
  function decide() {
    const should = wanted && !document.hidden && !ended;
    if (should && !giveBack) giveBack = turn(name, begin);
    else if (!should && giveBack) {
      const [back, listened] = [giveBack, mine];
      giveBack = null;
      mine = false;
      synth.silence();
      back();
      if (listened && !dead) panel.tell("listen", { on: false });
    }
    show();
  }

  function begin() {
    mine = true;
    awaited = -1;
    synth.wake();
    listen();
    doubted = false;
    clearTimeout(doubting);
    doubting = setTimeout(() => ((doubted = true), show()), DOUBT_MS); // browsers need a moment to begin
    show();
  }

  function listen() {
    batches = 0;
    panel.tell("listen", { on: true });
  }

  /** @param {any} content @param {DataView[]} buffers */
  function told(content, buffers) {
    if (!mine || (content?.sound === undefined && content?.alive === undefined)) return;
    heard = performance.now();
    if (content.sound === undefined || (content.view && content.view !== panel.view)) return;
    const messages = buffers[0] ? unpack(buffers[0]) : [];
    if (!content.view && awaited >= 0 && content.sound !== awaited) synth.silence(); // a note-off may be missing
    awaited = content.sound + (content.view ? 0 : messages.length);
    synth.play(messages);
    if (++batches >= ASK_EVERY) listen();
    if (!looking) looking = setTimeout(look, LOOK_MS);
  }

  /** While notes sound, see whether the kernel is there that would end them. */
  function look() {
    looking = 0;
    if (!mine || !synth.holds()) return;
    const silent = performance.now() - heard;
    if (silent > PATIENCE_MS) {
      synth.silence();
      return;
    }
    if (silent > ASK_MS) listen();
    looking = setTimeout(look, LOOK_MS);
  }

  function show() {
    const state = synth.state();
    attr(control, "aria-checked", String(wanted));
    attr(control, "data-twin", setting("sound", !wanted));
    const said = !wanted || ended || document.hidden ? ""
      : state === "none" ? "this browser has no Web Audio"
      : !mine ? "another view of this browser plays it"
      : state === "blocked" && doubted ? "click once, so that the browser lets sound through" : "";
    text(note, said);
    note.className = `mm-note ${said ? "mm-warn" : ""}`;
    note.hidden = !said;
  }

  function close() {
    ended = true;
    decide();
    ending.abort();
    clearTimeout(looking);
    clearTimeout(doubting);
    model.off("msg:custom", told);
    synth.close();
  }

  model.on("msg:custom", told);
  document.addEventListener("visibilitychange", decide, { signal: ending.signal });
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, () => mine && synth.wake(), { capture: true, passive: true, signal: ending.signal });
  }
  show();
  return {
    el: h("span", { class: "mm-field mm-sound" }, note, control),
    /** @param {boolean} on whether the kernel wants it */
    show(on) {
      wanted = on;
      decide();
    },
    close,
    gone() {
      dead = true;
      close();
    },
  };
}

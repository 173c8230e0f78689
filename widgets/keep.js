// The session, kept in the browser as it changes; and what a kernel that died has left, to be restored.

import { attr, button, chip, clock, counted, h, short, text } from "./elements.js";
import { look, placeOf, put, understood, worth } from "./shelf.js";
import { begin } from "./view.js";

const DAY_MS = 86_400_000;

/** @typedef {import("./shelf.js").Kept} Kept */

/** What is in it, in words. @param {Kept} kept */
const inside = (kept) => `${counted(kept.mappings, "mapping")}, ${counted(kept.plugins, "plugin")}, mode ${kept.mode}`;

/** When that was: the time, and the day where it was not today. @param {number} at */
function moment(at) {
  const day = Date.now() - at > DAY_MS ? `${new Date(at).toLocaleDateString()}, ` : "";
  return day + clock(at);
}

/** Let the browser save a text as a file. @param {string} content @param {string} name */
function download(content, name) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** What is offered: where from, what, and what can be done with it.
 * @param {{ restore: (control: HTMLElement) => void, afresh: () => void, save: () => void }} does */
function offering({ restore, afresh, save }) {
  const from = h("strong");
  const what = h("span", { class: "mm-note" });
  const go = button("Restore", { kind: "primary", twin: "midi.keep(restore=True)", title: "run its cells again, in their order; nothing is granted by it", onclick: () => restore(go) });
  const away = button("Start afresh", { title: "forget it", onclick: afresh });
  const el = h("div", { class: "mm-offer", role: "group", "aria-label": "what was kept" },
    h("div", { class: "mm-says" }, from, what),
    h("div", { class: "mm-row" }, go, button("Download", { label: "download what was kept", onclick: save }), away));
  return {
    el,
    /** @param {Kept | null} kept @param {string} origin @param {boolean} busy */
    show(kept, origin, busy) {
      el.hidden = !kept;
      if (!kept) return;
      text(from, `${origin}, kept ${moment(kept.at)}`);
      text(what, inside(kept));
      go.disabled = away.disabled = busy;
    },
  };
}

/** @param {any} panel @param {any} model */
function build(panel, model) {
  let place = "";
  let now = /** @type {Kept | null} */ (null);
  let before = /** @type {Kept | null} */ (null); // of another kernel, in the browser
  let opened = /** @type {{ kept: Kept, name: string } | null} */ (null); // from a file
  let answered = 0;
  let seen = -1; // the last outcome that was taken into account
  let sent = /** @type {Kept | null} */ (null);
  let refusal = "";
  let latest = /** @type {any} */ (null);

  const state = chip("", "off");
  const held = h("span", { class: "mm-note" });
  const save = button("Download", { twin: 'midi.keep().save("session.json")', title: "a file that Open and midi.restore read", onclick: () => now && download(now.text, fileName()) });
  const chosen = h("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "a session's file", onchange: open });
  const choose = button("Open a file …", { twin: 'midi.restore("session.json")', onclick: () => chosen.click() });
  const offer = offering({ restore, afresh, save: () => offered() && download(/** @type {Kept} */ (offered()).text, fileName()) });
  const outcome = h("div", { class: "mm-outcome", role: "log", "aria-label": "what was restored" });
  const never = h("p", { class: "mm-note" }, "Kept are cells, modes, output and lesson progress, in this browser alone. Grants never are: what a plugin may do is asked again.");
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, state, held, h("span", { class: "mm-gap" }), save, choose, chosen),
    offer.el, outcome, never);

  const offered = () => opened?.kept ?? before;
  const fileName = () => `${place.split("/").pop()?.replace(/\.ipynb$/, "").replace(/[^\w.-]+/g, "-") || "session"}.midimon.json`;

  /** Put what other kernels have kept aside, so that this one does not write over it. @param {string} session */
  function arrive(session) {
    const found = look(place);
    before = found.before;
    if (found.now && found.now.session !== session && worth(found.now)) before = found.now;
    now = found.now?.session === session ? found.now : null;
    refusal = found.newer ? "a newer midimon_live has kept something here; it is left alone" : "";
  }

  /** @param {string} content */
  function keep(content) {
    const kept = understood(content, Date.now());
    if (!kept || refusal.startsWith("a newer")) return;
    now = kept;
    refusal = put(place, { now, before });
  }

  /** Send what is offered to the kernel, which runs its cells. @param {HTMLElement | null} control */
  async function restore(control) {
    const kept = offered();
    if (!kept) return;
    if (control) attr(control, "aria-busy", true);
    sent = kept;
    try {
      panel.say(await panel.ask("restore", {}, [new TextEncoder().encode(kept.text).buffer]));
      panel.twin("midi.keep(restore=True)");
    } catch (error) {
      sent = null;
      panel.say(/** @type {Error} */ (error).message, "bad");
    }
    if (control) attr(control, "aria-busy", null);
  }

  function afresh() {
    if (opened) opened = null;
    else forget();
    panel.say("it is forgotten; what is live now is kept", "good");
    show();
  }

  function forget() {
    before = null;
    refusal = put(place, { now, before }) || refusal;
  }

  async function open() {
    const [file] = chosen.files ?? [];
    chosen.value = "";
    if (!file) return;
    const kept = file.size < 1e6 ? understood(await file.text(), file.lastModified) : null;
    if (kept) opened = { kept, name: file.name };
    else panel.say(`${file.name} is no session that this midimon_live has kept`, "bad");
    show();
  }

  /** A restoring has ended: what went well need not be offered again. @param {any} done */
  function ended(done) {
    const failed = done.lines.some((/** @type {string} */ line) => line.startsWith("not restored"));
    if (!failed && sent) {
      if (opened?.kept === sent) opened = null;
      else if (before?.text === sent.text) forget();
    }
    sent = null;
    panel.say(failed ? "not everything could be restored" : done.title, failed ? "warn" : "good");
  }

  function show() {
    const word = latest?.closed ? ["ended", "bad"] : latest?.running ? ["restoring", "warn"] : latest?.too_large || refusal ? ["not kept", "bad"] : worth(now) ? ["kept", "good"] : ["nothing yet", "off"];
    text(state, word[0]);
    state.className = `mm-chip mm-${word[1]}`;
    const kept = now && worth(now) ? `${moment(now.at)} · ${inside(now)} · ${short(now.text.length / 1000)} kB` : "nothing is live";
    text(held, latest?.too_large || refusal || kept);
    attr(held, "title", place);
    save.disabled = !now;
    offer.show(offered(), opened ? opened.name : "From the kernel before", Boolean(latest?.running));
    const done = latest?.outcome;
    outcome.hidden = !done;
    if (done) outcome.replaceChildren(...[done.title, ...done.lines].map((/** @type {string} */ line) => h("p", { class: line.startsWith("not restored") ? "mm-bad" : "mm-note" }, line)));
  }

  /** @param {any} news @param {DataView[]} buffers */
  function draw(news, [snapshot]) {
    if (!news) return;
    latest = news;
    const here = placeOf(model, news.name);
    if (here !== place) {
      place = here;
      arrive(news.session);
    }
    if (snapshot?.byteLength) keep(new TextDecoder().decode(snapshot));
    if (seen < 0) seen = news.outcome?.number ?? 0;
    if (news.outcome && news.outcome.number !== seen) {
      seen = news.outcome.number;
      ended(news.outcome);
    }
    if (news.wanted && news.wanted !== answered) {
      answered = news.wanted;
      if (offered()) restore(null);
      else {
        panel.tell("nothing");
        panel.say("this browser has kept nothing of another kernel for this notebook", "warn");
      }
    }
    show();
  }

  show();
  return { draw };
}

export default { render: (/** @type {Context} */ context) => begin(context, "keep", (panel) => build(panel, context.model)) };

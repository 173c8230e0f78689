// Every event as it is handled: on a timeline, in a list, and why it fired what it fired.

import { attr, button, chip, h, short, text } from "./elements.js";
import { begin, now } from "./view.js";
import { empty, find, isWanted, oldest, slot, still, takeChanges, takeIn, texts } from "./monitor_ring.js";
import { LAST, filters } from "./monitor_filter.js";
import { reasons } from "./monitor_why.js";
import { timeline } from "./monitor_timeline.js";
import { list, places } from "./monitor_list.js";

const LIST_MS = 100;
const RATE_MS = 500;
const SECOND_MS = 1000;
const ADJUSTED_MS = 0.02; // a frame: the clocks of two machines drift apart
const SET_MS = 1000;
const TAKES_S = "15,000";
/** @param {number} value */
const count = (value) => Math.round(value).toLocaleString("en-US");

/** Events a second, over the last second. */
function meter() {
  /** @type {[number, number][]} */
  let samples = [];
  return {
    /** @param {number} at @param {number} number */
    add: (at, number) => samples.push([at, number]),
    /** @param {number} at @returns {number} */
    rate(at) {
      while (samples.length > 1 && samples[1][0] <= at - SECOND_MS) samples.shift();
      if (samples.length === 1 && samples[0][0] <= at - SECOND_MS) return 0;
      return samples.length ? samples[samples.length - 1][1] - samples[0][1] : 0;
    },
    /** @param {number} at @param {number} number */
    restart: (at, number) => (samples = [[at, number]]),
  };
}

/** @param {any} panel */
function build(panel) {
  const told = texts();
  const ring = empty();
  const measured = meter();
  let shown = places();
  /** @type {{ ring: import("./monitor_ring.js").Ring, shown: ReturnType<typeof places>, at: number } | null} */
  let held = null; // what is looked at while it is paused, or somebody reads
  let [paused, stale, ready] = [false, false, false];
  let [latest, missed, cleared, chosen] = [-1, 0, 0, -1];
  let skew = Infinity;
  let [drawing, counting] = [0, 0];

  const rate = h("span", { class: "mm-figure" }, "0");
  const so = h("span", { class: "mm-note" });
  const lost = chip("none lost", "good");
  const fresh = button("", { kind: "primary", twin: LAST, title: "back to what happens now", onclick: () => goLive() });
  const waiting = h("span", { class: "mm-num" });
  const pause = button("Pause", { twin: LAST, onclick: () => (paused ? goLive() : stop()) });
  const clear = button("Clear", { twin: "midi.traces()", title: "empty this view; the session still remembers", onclick: empties });
  const choice = filters(panel, refilter);
  const why = reasons(panel, (serial) => panel.ask("why", { serial }));
  const look = () => held ?? { ring, shown };
  const picture = timeline({
    root: panel.root, told, from: () => cleared, now: () => (paused && held ? held.at : kernelNow()), choose: pointed,
    ring: pictured, chosen: () => (chosen < 0 ? -1 : find(pictured(), chosen)),
  });
  const rows = list({ told, choose, ring: () => look().ring, shown: () => look().shown, chosen: () => chosen, hold, live: () => !paused && goLive() });
  panel.body.append(
    h("div", { class: "mm-row mm-head" }, h("span", { class: "mm-rate" }, rate, h("span", { class: "mm-unit" }, "events/s")), so, lost,
      h("span", { class: "mm-gap" }), waiting, fresh, clear, pause),
    picture.el, choice.el, rows.el, why.el);
  attr(pause, "aria-pressed", "false");
  fresh.hidden = true;
  panel.root.monitor = { told, ring, counters: () => ({ received: ring.count, latest, missed, drawn: picture.drawn(), paused }) };
  soon();

  function pictured() {
    return paused && held ? held.ring : ring;
  }

  function kernelNow() {
    return now() - (Number.isFinite(skew) ? skew : 0);
  }

  /** @param {number} sent epoch ms, on the kernel's clock */
  function compareClocks(sent) {
    const apart = now() - sent;
    skew = Math.abs(apart - skew) > SET_MS ? apart : Math.min(skew + ADJUSTED_MS, apart);
  }

  /** @param {any} state @param {DataView[]} buffers */
  function draw(state, [events, changes]) {
    told.add(state, () => (held ? [ring, held.ring] : [ring]));
    if (!events) return;
    const before = ring.count;
    const begins = !ready;
    if (begins && events.getFloat64(16, true) !== 1) return; // what it builds upon was sent to others
    const news = takeIn(ring, events, told, latest);
    ready = true;
    compareClocks(news.sent);
    missed += news.missed;
    const changed = takeChanges(ring, changes, told);
    if (held) takeChanges(held.ring, changes, told);
    for (let place = before; place < ring.count; place++) pass(place);
    if (begins && held) held = picked();
    if (choice.wanted.fate || choice.wanted.said) stale ||= changed.length > 0 || news.whole;
    if (news.latest > latest) {
      if (latest >= 0 && !news.missed) measured.add(news.sent, news.latest);
      else measured.restart(news.sent, news.latest);
      latest = news.latest;
      counting ||= setTimeout(counted, 0);
    }
    const at = chosen < 0 || !changed.includes(chosen) ? -1 : find(ring, chosen);
    if (at >= 0) why.of(ring.serial[slot(at)]);
    if (!paused) picture.soon();
    soon();
  }

  /** @param {number} place */
  function pass(place) {
    const here = slot(place);
    const passes = isWanted(ring, here, told, choice.wanted);
    ring.passes[here] = Number(passes);
    if (passes) shown.push(place);
    choice.offer(told.get(ring.port[here]));
  }

  function refilter() {
    stale = false;
    shown = filtered(ring);
    if (held) held.shown = filtered(held.ring);
    picture.soon();
    soon();
  }

  /** @param {import("./monitor_ring.js").Ring} events */
  function filtered(events) {
    const found = [];
    for (let place = Math.max(oldest(events), cleared); place < events.count; place++) {
      const here = slot(place);
      events.passes[here] = Number(isWanted(events, here, told, choice.wanted));
      if (events.passes[here]) found.push(place);
    }
    return places(found);
  }

  /** Draw the list soon; ten times a second at most. */
  function soon() {
    drawing ||= setTimeout(drawList, LIST_MS);
  }

  function drawList() {
    drawing = 0;
    if (stale) refilter();
    shown.drop(oldest(ring));
    const { ring: events } = look();
    const any = events.count > cleared;
    rows.draw(any && choice.any() ? "Nothing that passes the filter: Show all ends it." : `No event ${cleared ? "since it was cleared" : "yet"}: play a pad, or run midi.virtual.press(36).`);
    const since = held ? `${short(ring.count - held.ring.count)} new` : "";
    text(waiting, paused ? since : "");
    text(fresh, `${since} \u2191`);
    fresh.hidden = !held || paused;
  }

  /** Keep what is looked at as it is; what comes meanwhile is counted and kept too. */
  function hold() {
    held ??= picked();
    soon();
  }

  function picked() {
    shown.drop(oldest(ring));
    return { ring: still(ring), shown: shown.copy(), at: kernelNow() };
  }

  function stop() {
    held = null;
    hold();
    paused = true;
    showPaused();
    panel.say("paused; what comes meanwhile is counted and kept");
  }

  function goLive() {
    if (!held && !paused) return;
    held = null;
    if (paused) panel.say("");
    paused = false;
    showPaused();
    rows.onTop();
    picture.soon();
    soon();
  }

  function showPaused() {
    text(pause, paused ? "Resume" : "Pause");
    attr(pause, "aria-pressed", paused);
    panel.root.classList.toggle("mm-paused", paused);
  }

  function empties() {
    [cleared, chosen] = [ring.count, -1];
    shown = places();
    held = paused && held ? { ...held, ring: still(ring), shown: places() } : null;
    why.empty();
    picture.soon();
    soon();
  }

  /** Somebody points into the picture. @param {number} place */
  function pointed(place) {
    if (!paused) held = picked();
    choose(place);
    rows.reveal(place);
  }

  /** @param {number} place of the ring that is looked at */
  function choose(place) {
    const { ring: events } = look();
    const here = slot(place);
    chosen = events.number[here];
    panel.twin(`%midi why ${events.serial[here]}`);
    why.of(events.serial[here]);
    picture.soon();
    drawList();
  }

  /** Twice a second while anything comes. */
  function counted() {
    const a = measured.rate(kernelNow());
    text(rate, count(a));
    if (ring.count) text(so, `${count(ring.serial[slot(ring.count - 1)])} so far`);
    text(lost, missed ? `${count(missed)} not shown` : "none lost");
    lost.className = `mm-chip mm-${missed ? "warn" : "good"}`;
    attr(lost, "title", `Events that came while this panel was off the screen, or faster than ${TAKES_S} a second, are handled and counted, but not shown here.`);
    counting = a ? setTimeout(counted, RATE_MS) : 0;
  }

  return {
    draw,
    seen: picture.see,
    close() {
      clearTimeout(drawing);
      clearTimeout(counting);
      why.close();
      picture.close();
    },
  };
}

export default { render: (/** @type {Context} */ context) => begin(context, "monitor", build) };

// The page's end of the kernel's ports: listens to inputs, serves outputs, and measures the way.

import { now } from "./view.js";
import { idle, inWords, inbox, isNote, pace, pack, unpack } from "./midiwire.js";

const FRAME_MS = 16;
const PING_MS = 1000;
const HIDDEN_MS = 50;

/**
 * Join the ports of a page with the kernel.
 * @param {{ tell: (verb: string, args?: object, buffers?: ArrayBuffer[]) => any,
 *   played: (port: number, words: string, times: number) => void, refused: (port: any, why: string) => void }} to
 *   `played` is told, once a frame, what arrived last at or left through a port
 */
export function link({ tell, played, refused }) {
  const waiting = inbox();
  const allowed = pace(() => performance.now());
  /** @type {Map<number, any>} */
  const inputs = new Map();
  /** @type {Map<number, { port: any, last: number, sounding: Map<string, Uint8Array> }>} */
  const outputs = new Map();
  const counts = { in: 0, out: 0, merged: 0, tooLong: 0, trip: NaN, failed: 0, why: "" };
  let clock = false;
  let before = 0;
  let flushed = -Infinity;
  let pinged = -Infinity;
  let frame = 0;
  let timer = 0;

  /** @param {number} number @param {any} event */
  function heard(number, event) {
    if (!event.data?.length || idle(event.data, clock)) return;
    waiting.put(number, now(event.timeStamp), event.data);
    // a hidden page gets no frames, and timers late: there everything leaves as soon as it may
    const soon = document.hidden || performance.now() - flushed >= FRAME_MS;
    if (soon && allowed()) flush();
    else schedule();
  }

  function schedule() {
    if (frame || timer) return;
    frame = requestAnimationFrame(due);
    timer = setTimeout(due, HIDDEN_MS);
  }

  function unschedule() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = timer = 0;
  }

  function due() {
    unschedule();
    if (!waiting.size) return;
    if (allowed()) flush();
    else schedule();
  }

  function flush() {
    unschedule();
    const events = waiting.take();
    flushed = performance.now();
    tell("midi", { before, merged: waiting.merged, ...report() }, [pack(events)]);
    before += events.length;
    counts.in += events.length;
    counts.merged = waiting.merged;
    counts.tooLong = waiting.tooLong;
    const last = new Map(events.map((one) => [one.port, one]));
    for (const [port, one] of last) played(port, inWords(one.data), events.length);
    if (waiting.size) schedule();
  }

  /** What every message tells; once a second it asks for an answer too. */
  function report() {
    const at = now();
    const ping = at - pinged >= PING_MS;
    if (ping) pinged = at;
    const trip = Number.isFinite(counts.trip) ? { trip: counts.trip } : {};
    const failed = counts.failed ? { failed: counts.failed, why: counts.why } : {};
    return { at, ...(ping ? { ping, ...trip, ...failed } : {}) };
  }

  function ping() {
    pinged = -Infinity;
    tell("ping", report());
  }

  /** Take what the kernel says beside its frames. @param {any} content @param {DataView[]} buffers */
  function told(content, buffers) {
    if (content.pong !== undefined) counts.trip = now() - content.pong;
    if (content.out !== undefined && buffers[0]) serve(unpack(buffers[0]));
    const asked = content.there || (content.out !== undefined && now() - pinged >= PING_MS);
    if (asked) ping();
  }

  /** @param {{ port: number, after: number, data: Uint8Array }[]} messages */
  function serve(messages) {
    const base = performance.now();
    const last = new Map();
    for (const { port, after, data } of messages) {
      const to = outputs.get(port);
      if (!to) continue;
      to.last = Math.max(to.last, base + after); // in order, and as far apart as they were sent
      try {
        to.port.send(data, to.last > base ? to.last : undefined);
        note(to.sounding, data);
        counts.out++;
        last.set(port, data);
      } catch (error) {
        counts.failed++;
        counts.why = data[0] === 0xf0 ? "sysex is switched off in the panel" : String(error).slice(0, 150);
        refused(to.port, counts.why);
      }
    }
    for (const [port, data] of last) played(port, inWords(data), messages.length);
  }

  /** Have these ports and no others; inputs only those that are listened to.
   * @param {Map<number, any>} ins @param {Map<number, any>} outs by the kernel's number */
  function use(ins, outs) {
    for (const [number, port] of inputs) {
      if (ins.get(number) === port) continue;
      port.onmidimessage = null;
      port.close?.()?.catch?.(() => {});
      inputs.delete(number);
    }
    for (const [number, port] of ins) if (!inputs.has(number)) listen(number, port);
    for (const [number, one] of outputs) {
      if (outs.get(number) === one.port) continue;
      silence(one);
      outputs.delete(number);
    }
    for (const [number, port] of outs) {
      if (!outputs.has(number)) outputs.set(number, { port, last: 0, sounding: new Map() });
    }
  }

  /** @param {number} number @param {any} port */
  function listen(number, port) {
    inputs.set(number, port);
    port.onmidimessage = (/** @type {any} */ event) => heard(number, event);
    port.open?.()?.catch?.((/** @type {any} */ error) => refused(port, `it can not be opened: ${error.message}`));
  }

  /** Let go of everything: what sounds is ended here, for the kernel may have gone. */
  function end() {
    unschedule();
    use(new Map(), new Map());
    waiting.clear();
  }

  return { counts, told, use, ping, end, setClock: (/** @type {boolean} */ on) => (clock = on) };
}

/** Keep which notes sound. @param {Map<string, Uint8Array>} sounding @param {Uint8Array} data */
function note(sounding, data) {
  if (!isNote(data) || data.length !== 3) return;
  const place = `${data[0] & 15}/${data[1]}`;
  if (data[0] >> 4 === 9 && data[2]) sounding.set(place, new Uint8Array([0x80 | (data[0] & 15), data[1], 64]));
  else sounding.delete(place);
}

/** @param {{ port: any, last: number, sounding: Map<string, Uint8Array> }} output */
function silence({ port, last, sounding }) {
  for (const off of sounding.values()) {
    try {
      port.send(off, last > performance.now() ? last : undefined);
    } catch {
      return; // unplugged: nothing sounds there any more
    }
  }
  sounding.clear();
}

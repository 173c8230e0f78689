// What one view holds: which finger or key plays which note, and how that travels to the kernel,
// 12 bytes an event, the first at once and later ones together.

import { now } from "./view.js";

const GAP_MS = 8;
const EVENT_BYTES = 12;
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const BEND = 0xe0;
const SUSTAIN = 64;
const NO_PAD = 255;

/** @typedef {{ note: number, channel: number, velocity: number, pad?: number }} Strike */

/**
 * @param {(buffer: ArrayBuffer) => void} send takes one message of events
 * @param {() => void} changed is called whenever something went down or up
 */
export function hands(send, changed) {
  /** @type {Map<string, Strike>} */
  const strikes = new Map(); // by source: a pointer, a computer key, the focused pad
  /** @type {Map<string, number>} */
  const pedals = new Map(); // the channel of each source that holds the pedal
  /** @type {number | null} */
  let bent = null; // the channel of the wheel while it is not at its centre
  /** @type {number[][]} */
  let queue = [];
  let timer = 0;
  let left = -GAP_MS;

  /** @param {number} status @param {number} first @param {number} second
   * @param {{ stamp?: number, pad?: number, latest?: boolean }} [more] latest: it may take the place of one that waits */
  function put(status, first, second, { stamp, pad = NO_PAD, latest = false } = {}) {
    const event = [now(stamp), status, first, second, pad];
    const same = latest ? queue.findIndex((one) => one[1] === status && (status >= BEND || one[2] === first)) : -1;
    if (same >= 0) queue[same] = event;
    else queue.push(event);
    if (timer) return;
    const wait = left + GAP_MS - performance.now();
    if (wait <= 0) flush();
    else timer = setTimeout(flush, wait);
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (!queue.length) return;
    const bytes = new DataView(new ArrayBuffer(queue.length * EVENT_BYTES));
    queue.forEach(([stamp, ...rest], at) => {
      bytes.setFloat64(at * EVENT_BYTES, stamp, true);
      rest.forEach((byte, place) => bytes.setUint8(at * EVENT_BYTES + 8 + place, byte));
    });
    queue = [];
    left = performance.now();
    send(/** @type {ArrayBuffer} */ (bytes.buffer));
  }

  /** @param {Strike} one */
  const sounds = (one) => [...strikes.values()].some((other) => other.note === one.note && other.channel === one.channel);

  /** A source plays a note, and no other any more; where the note sounds already, it is held by both.
   * @param {string} source @param {Strike} strike @param {number} [stamp] of the event */
  function press(source, strike, stamp) {
    release(source, stamp);
    if (!sounds(strike)) put(NOTE_ON | strike.channel, strike.note, strike.velocity, { stamp, pad: strike.pad });
    strikes.set(source, strike);
    changed();
  }

  /** @param {string} source @param {number} [stamp] */
  function release(source, stamp) {
    const strike = strikes.get(source);
    if (!strike) return;
    strikes.delete(source);
    if (!sounds(strike)) put(NOTE_OFF | strike.channel, strike.note, 64, { stamp, pad: strike.pad });
    changed();
  }

  /** @param {string} source @param {boolean} down @param {number} channel */
  function pedal(source, down, channel) {
    if (down === pedals.has(source)) return;
    const before = pedals.size;
    const on = down ? channel : (pedals.get(source) ?? channel);
    if (down) pedals.set(source, channel);
    else pedals.delete(source);
    if (!before || !pedals.size) put(CONTROL | on, SUSTAIN, down ? 127 : 0);
    changed();
  }

  /** @param {number} pitch -8192 to 8191 @param {number} channel */
  function bend(pitch, channel) {
    if (!pitch && bent === null) return;
    const on = bent ?? channel;
    const value = pitch + 8192;
    bent = pitch ? on : null;
    put(BEND | on, value & 0x7f, value >> 7, { latest: true });
  }

  /** Let go of what sources hold whose name begins so; of everything, wheel included, without.
   * @param {string} [beginning] */
  function letGo(beginning = "") {
    for (const source of [...strikes.keys()]) if (source.startsWith(beginning)) release(source);
    for (const [source, channel] of [...pedals]) if (source.startsWith(beginning)) pedal(source, false, channel);
    if (!beginning) bend(0, 0);
    if (!beginning) flush();
  }

  return {
    press,
    release,
    pedal,
    bend,
    letGo,
    /** @param {number} control @param {number} value @param {number} channel */
    turn: (control, value, channel) => put(CONTROL | channel, control, value, { latest: true }),
    /** @param {string} source */
    of: (source) => strikes.get(source),
    /** The hardest strike of each note that is down. */
    down: () => new Map([...strikes.values()].map((one) => [one.note, one.velocity])),
    /** @param {string} [source] */
    pedalled: (source) => (source ? pedals.has(source) : pedals.size > 0),
    holds: () => strikes.size + pedals.size > 0 || bent !== null,
  };
}

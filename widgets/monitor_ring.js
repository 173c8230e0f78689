// The monitor's events in typed arrays, the newest 32,768 of them, and what each says in words.

const CAPACITY = 32_768;
const HEAD = 24;
const ROW = 36;
const CHANGE = 12;
const TEXTS = 20_000;
const TEXTS_KEPT = 4_100; // the kernel counts on the last 4,000

export const QUIET = 0;
export const FIRED = 1;
export const TROUBLE = 2;
export const OPEN = 3;
export const PART = 4;

/** The kinds of events, each with the test that finds it in Python. */
export const KINDS = [
  { name: "notes", test: "one.event.data[:1] and one.event.data[0] >> 4 in (8, 9)" },
  { name: "cc", test: "one.event.data[:1] and one.event.data[0] >> 4 == 11" },
  { name: "pressure", test: "one.event.data[:1] and one.event.data[0] >> 4 in (10, 13)" },
  { name: "bend", test: "one.event.data[:1] and one.event.data[0] >> 4 == 14" },
  { name: "program", test: "one.event.data[:1] and one.event.data[0] >> 4 == 12" },
  { name: "clock, sysex", test: 'one.verdict in ("system", "sysex", "malformed")' },
  { name: "plugins", test: "one.event.name" },
];
const SYSTEM = 5;
const PLUGIN = 6;
const OF_STATUS = [SYSTEM, SYSTEM, SYSTEM, SYSTEM, SYSTEM, SYSTEM, SYSTEM, SYSTEM, 0, 0, 2, 1, 4, 2, 3, SYSTEM];
const NAMES = ["note off", "note on", "poly pressure", "cc", "program", "pressure", "pitch bend"];
/** @type {Record<number, string>} */
const SYSTEM_NAMES = {
  0xf1: "time code", 0xf2: "song position", 0xf3: "song select", 0xf6: "tune request", 0xf8: "clock",
  0xfa: "start", 0xfb: "continue", 0xfc: "stop", 0xfe: "active sensing", 0xff: "reset",
};

/** Texts that the kernel tells once, by their number. */
export function texts() {
  /** @type {Map<number, any>} */
  const kept = new Map();
  return {
    /** @param {number} number @returns {any} */
    get: (number) => kept.get(number),
    /** @param {{ from: number, texts: any[] } | null} news @param {() => Iterable<Ring>} rings */
    add(news, rings) {
      if (!news) return;
      news.texts.forEach((one, index) => kept.set(news.from + index, one));
      if (kept.size > TEXTS) forget(news.from + news.texts.length - TEXTS_KEPT, rings());
    },
  };

  /** @param {number} before @param {Iterable<Ring>} rings */
  function forget(before, rings) {
    const used = new Set();
    for (const ring of rings) {
      for (const numbers of [ring.outcome, ring.port, ring.words]) for (const one of numbers) used.add(one);
    }
    for (const number of kept.keys()) if (number < before && !used.has(number)) kept.delete(number);
  }
}

/**
 * @typedef {ReturnType<typeof arrays> & { count: number }} Ring `count` events were put into it; the
 *   newest is at place `count - 1`, and `place % capacity` is its slot
 */

function arrays() {
  return {
    number: new Float64Array(CAPACITY),
    time: new Float64Array(CAPACITY),
    serial: new Float64Array(CAPACITY),
    late: new Float32Array(CAPACITY),
    outcome: new Uint32Array(CAPACITY),
    port: new Uint32Array(CAPACITY),
    words: new Uint32Array(CAPACITY),
    status: new Uint8Array(CAPACITY),
    first: new Uint8Array(CAPACITY),
    second: new Uint8Array(CAPACITY),
    kind: new Uint8Array(CAPACITY),
    fate: new Uint8Array(CAPACITY),
    passes: new Uint8Array(CAPACITY),
  };
}

/** @returns {Ring} */
export function empty() {
  return { ...arrays(), count: 0 };
}

/** A picture of a ring that stays as it is. @param {Ring} ring @returns {Ring} */
export function still(ring) {
  const copy = Object.entries(ring).map(([name, one]) => [name, typeof one === "number" ? one : one.slice()]);
  return Object.fromEntries(copy);
}

/** The place of the oldest event that is still there. @param {Ring} ring */
export function oldest(ring) {
  return Math.max(ring.count - CAPACITY, 0);
}

/** @param {number} place */
export function slot(place) {
  return place % CAPACITY;
}

/** The place of the event with that number, or -1. @param {Ring} ring @param {number} number */
export function find(ring, number) {
  let low = oldest(ring);
  let high = ring.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ring.number[slot(middle)];
    if (found === number) return middle;
    if (found < number) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/**
 * Take in what a frame brings.
 * @param {Ring} ring
 * @param {DataView} view its buffer of events
 * @param {ReturnType<typeof texts>} told
 * @param {number} latest the number of the last event that is known of; -1 before the first frame
 * @returns {{ sent: number, whole: boolean, latest: number, missed: number }} epoch ms of the kernel; whether it
 *   is all that a new view gets; the number of its last event; how many before it this page was not sent
 */
export function takeIn(ring, view, told, latest) {
  const sent = view.getFloat64(0, true);
  const first = view.getFloat64(8, true);
  const whole = view.getFloat64(16, true) === 1;
  const rows = Math.floor((view.byteLength - HEAD) / ROW);
  for (let index = 0; index < rows; index++) {
    const number = first + index;
    const at = HEAD + index * ROW;
    if (number > latest) put(ring, view, at, number, told, sent);
    else judge(ring, number, view.getUint32(at + 20, true), told);
  }
  const missed = latest < 0 ? 0 : Math.max(first - latest - 1, 0);
  return { sent, whole, latest: Math.max(first + rows - 1, latest), missed };
}

/** @param {Ring} ring @param {DataView} view @param {number} at @param {number} number
 * @param {ReturnType<typeof texts>} told @param {number} sent */
function put(ring, view, at, number, told, sent) {
  const here = slot(ring.count++);
  const time = view.getFloat64(at, true);
  const status = view.getUint8(at + 32);
  ring.number[here] = number;
  ring.time[here] = Number.isFinite(time) ? time : sent;
  ring.serial[here] = view.getFloat64(at + 8, true);
  ring.late[here] = view.getFloat32(at + 16, true);
  ring.port[here] = view.getUint32(at + 24, true);
  ring.words[here] = view.getUint32(at + 28, true);
  ring.status[here] = status;
  ring.first[here] = view.getUint8(at + 33);
  ring.second[here] = view.getUint8(at + 34);
  ring.kind[here] = !ring.words[here] ? OF_STATUS[status >> 4] : status ? SYSTEM : PLUGIN;
  decide(ring, here, view.getUint32(at + 20, true), told);
}

/** @param {Ring} ring @param {number} here @param {number} outcome @param {ReturnType<typeof texts>} told */
function decide(ring, here, outcome, told) {
  ring.outcome[here] = outcome;
  ring.fate[here] = told.get(outcome)?.[0] ?? QUIET;
}

/** @param {Ring} ring @param {number} number @param {number} outcome @param {ReturnType<typeof texts>} told
 * @returns {boolean} whether that changes anything */
function judge(ring, number, outcome, told) {
  const place = find(ring, number);
  if (place < 0 || ring.outcome[slot(place)] === outcome) return false;
  decide(ring, slot(place), outcome, told);
  return true;
}

/**
 * Take in outcomes that were decided later.
 * @param {Ring} ring @param {DataView} view @param {ReturnType<typeof texts>} told
 * @returns {number[]} the numbers of the events that they are about
 */
export function takeChanges(ring, view, told) {
  const changed = [];
  for (let at = 0; at + CHANGE <= view.byteLength; at += CHANGE) {
    const number = view.getFloat64(at, true);
    if (judge(ring, number, view.getUint32(at + 8, true), told)) changed.push(number);
  }
  return changed;
}

/** An event in words, as `%midi monitor` has them.
 * @param {Ring} ring @param {number} here a slot @param {ReturnType<typeof texts>} told @returns {string} */
export function wording(ring, here, told) {
  const [status, first, second] = [ring.status[here], ring.first[here], ring.second[here]];
  if (ring.words[here]) {
    const said = told.get(ring.words[here]) ?? "…";
    return status === 0xf0 ? `sysex ${said}` : said;
  }
  if (status >= 0xf0) return status === 0xf2 ? `song position ${first | (second << 7)}` : (SYSTEM_NAMES[status] ?? "system");
  const channel = `channel ${status & 15}`;
  const kind = status >> 4 === 9 && !second ? 8 : status >> 4;
  const name = NAMES[kind - 8];
  if (kind < 10) return `${name} ${first}, velocity ${second}, ${channel}`;
  if (kind === 14) return `${name} ${(first | (second << 7)) - 8192}, ${channel}`;
  return kind < 12 ? `${name} ${first}, value ${second}, ${channel}` : `${name} ${first}, ${channel}`;
}

/** How far up a value is, from 0 to 1. @param {Ring} ring @param {number} here @returns {number} */
export function height(ring, here) {
  const [status, first, second] = [ring.status[here], ring.first[here], ring.second[here]];
  if (status >> 4 === 14) return (first | (second << 7)) / 16383;
  return (status >> 4 === 13 ? first : second) / 127;
}

/**
 * @typedef {{ kinds: Set<number>, port: string, channel: number, fate: "" | "fired" | "not" | "wrong", said: string }} Wanted
 *   no kinds, "" and -1 want everything
 */

/** Whether an event is wanted. @param {Ring} ring @param {number} here a slot
 * @param {ReturnType<typeof texts>} told @param {Wanted} wanted @returns {boolean} */
export function isWanted(ring, here, told, wanted) {
  const { kinds, port, channel, fate, said } = wanted;
  if (kinds.size && !kinds.has(ring.kind[here])) return false;
  const status = ring.status[here];
  if (channel >= 0 && (status < 0x80 || status >= 0xf0 || ring.words[here] || (status & 15) !== channel)) return false;
  const became = ring.fate[here];
  const ran = became === FIRED || became === TROUBLE || (became === OPEN && told.get(ring.outcome[here])?.[1] !== "waiting");
  if (fate && (fate === "wrong" ? became !== TROUBLE : ran !== (fate === "fired"))) return false;
  if (port && told.get(ring.port[here]) !== port) return false;
  if (!said) return true;
  const [, word = "", mappings = ""] = told.get(ring.outcome[here]) ?? [];
  return `${wording(ring, here, told)}\n${told.get(ring.port[here])}\n${word}\n${mappings}`.toLowerCase().includes(said);
}

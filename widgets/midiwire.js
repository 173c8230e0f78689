// What travels between a page's MIDI ports and the kernel: queued, merged where it is too much, packed.

const MOST_EVENTS = 4000;
const LARGEST = 200 * 1024; // the kernel takes 256 kB at once
const HEAD = 14;
const CLOCK = 0xf8;
const SENSING = 0xfe;
// banks, data entry and the parameter it is for, pedals, channel mode: each of them counts
const SINGLE = new Set([0, 6, 32, 38, 64, 65, 66, 67, 68, 69, 96, 97, 98, 99, 100, 101]);

/** Beyond so many messages that wait for one frame, a knob keeps only its newest value. */
export const MERGE_FROM = 64;

/** Which knob, pressure or bend a message is a value of; -1 where each one counts.
 * @param {ArrayLike<number>} data @returns {number} */
export function controlOf(data) {
  const kind = data[0] >> 4;
  if (kind === 0xd || kind === 0xe) return data[0] << 8;
  if (kind === 0xa && data.length === 3) return (data[0] << 8) | data[1];
  return kind === 0xb && data.length === 3 && data[1] < 120 && !SINGLE.has(data[1]) ? (data[0] << 8) | data[1] : -1;
}

/** Whether a message is left out at once. @param {ArrayLike<number>} data @param {boolean} clock */
export function idle(data, clock) {
  return data[0] === SENSING || (data[0] === CLOCK && !clock);
}

/** Whether a message begins or ends a note. @param {ArrayLike<number>} data */
export function isNote(data) {
  return data[0] >> 5 === 4; // 0x8n and 0x9n
}

/** What has arrived and waits to be told. */
export function inbox() {
  /** @type {{ port: number, at: number, data: Uint8Array }[]} */
  let waiting = [];
  /** @type {Map<number, { data: Uint8Array }>} */
  const latest = new Map();
  return {
    merged: 0,
    tooLong: 0,
    get size() {
      return waiting.length;
    },
    /** @param {number} port @param {number} at ms since the epoch @param {Uint8Array} data */
    put(port, at, data) {
      if (data.length + HEAD > LARGEST) {
        this.tooLong++;
        return;
      }
      const control = controlOf(data);
      if (control < 0) latest.clear(); // no value is moved across a note
      const key = port * 0x10000 + control;
      const known = control < 0 ? undefined : latest.get(key);
      if (known && waiting.length >= MERGE_FROM) {
        known.data = data;
        this.merged++;
        return;
      }
      const one = { port, at, data };
      if (control >= 0) latest.set(key, one);
      waiting.push(one);
    },
    /** The oldest, as many as one message to the kernel holds. */
    take() {
      let bytes = 0;
      let count = 0;
      while (count < Math.min(waiting.length, MOST_EVENTS) && bytes + HEAD + waiting[count].data.length <= LARGEST) {
        bytes += HEAD + waiting[count++].data.length;
      }
      const taken = waiting.slice(0, count);
      waiting = waiting.slice(count);
      latest.clear();
      return taken;
    },
    clear() {
      waiting = [];
      latest.clear();
    },
  };
}

/** Pack events: port, time, length, bytes of each. @param {{ port: number, at: number, data: Uint8Array }[]} events */
export function pack(events) {
  const bytes = new Uint8Array(events.reduce((sum, one) => sum + HEAD + one.data.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { port, at: time, data } of events) {
    view.setUint16(at, port, true);
    view.setFloat64(at + 2, time, true);
    view.setUint32(at + 10, data.length, true);
    bytes.set(data, at + HEAD);
    at += HEAD + data.length;
  }
  return bytes.buffer;
}

/** What is to leave: the port, milliseconds after the first, bytes. @param {DataView} packed */
export function unpack(packed) {
  const found = [];
  for (let at = 0; at + 10 <= packed.byteLength; ) {
    const length = packed.getUint32(at + 6, true);
    const data = new Uint8Array(packed.buffer.slice(packed.byteOffset + at + 10, packed.byteOffset + at + 10 + length));
    found.push({ port: packed.getUint16(at, true), after: packed.getFloat32(at + 2, true), data });
    at += 10 + length;
  }
  return found;
}

/** How often something may be told: a burst of 12, then 56 times a second.
 * @param {() => number} now milliseconds */
export function pace(now) {
  let left = 12;
  let at = now();
  return () => {
    const moment = now();
    left = Math.min(12, left + ((moment - at) * 56) / 1000);
    at = moment;
    if (left < 1) return false;
    left--;
    return true;
  };
}

const NAMES = ["note off", "note on", "key pressure", "control", "program", "pressure", "bend"];

/** A message in a few words. @param {ArrayLike<number>} data */
export function inWords(data) {
  const kind = (data[0] >> 4) - 8;
  if (kind < 0) return "unknown";
  if (kind === 7) return data[0] === 0xf0 ? `sysex, ${data.length} bytes` : data[0] === CLOCK ? "clock" : "system";
  const channel = `ch ${(data[0] & 15) + 1}`;
  if (kind === 6) return `bend ${((data[2] << 7) | data[1]) - 8192}, ${channel}`;
  if (kind === 4 || kind === 5) return `${NAMES[kind]} ${data[1]}, ${channel}`;
  return `${NAMES[kind]} ${data[1]} = ${data[2]}, ${channel}`;
}

// Where the browser keeps sessions: one entry for each notebook, the newest twenty, with what the
// kernel of now has to keep and what the kernel before has left. Whatever stands there may be broken.

const PREFIX = "midimon kept ";
const VERSION = 1;
const MOST = 20;
const LARGEST = 200_000;
const FORMAT = "midimon_live session";

/** What is known of a snapshot without running any of it.
 * @typedef {{ session: string, cells: number, mappings: number, plugins: number, mode: string, at: number, text: string }} Kept
 * @typedef {{ now: Kept | null, before: Kept | null }} Entry */

/** The name under which a notebook's session is kept.
 * @param {any} model @param {string} name that somebody has given it; "" is none */
export function placeOf(model, name) {
  const base = location.pathname.replace(/\/(?:lab|notebooks|tree|doc|retro|voila)(?:\/.*)?$/, "/");
  const path = model.widget_manager?.context?.path ?? location.pathname.slice(base.length);
  return base + (name ? `#${name}` : path);
}

/** Read a snapshot as far as it has to be shown; null where it is none.
 * @param {string} text @param {number} at when it was kept @returns {Kept | null} */
export function understood(text, at) {
  if (text.length > LARGEST) return null;
  try {
    const { format, version, session, cells, about, mode, progress } = JSON.parse(text);
    if (format !== FORMAT || version !== VERSION || !Array.isArray(cells)) return null;
    const number = (/** @type {any} */ value) => (Number.isInteger(value) && value >= 0 ? value : 0);
    const lessons = Object.keys(progress?.lessons ?? {}).length;
    return { session: String(session), cells: cells.length + lessons, mappings: number(about?.mappings), plugins: number(about?.plugins), mode: String(mode).slice(0, 100), at, text };
  } catch {
    return null;
  }
}

/** Whether there is anything in it that somebody would miss. @param {Kept | null} kept */
export const worth = (kept) => Boolean(kept && kept.cells + kept.mappings + kept.plugins);

/** @param {any} part @returns {Kept | null} */
function part(part) {
  if (typeof part?.text !== "string" || !Number.isFinite(part.at)) return null;
  return understood(part.text, part.at);
}

/** Read what is kept in a place; `newer` tells that another version has kept something there.
 * @param {string} place @returns {Entry & { newer: boolean }} */
export function look(place) {
  const nothing = { now: null, before: null, newer: false };
  try {
    const entry = JSON.parse(localStorage.getItem(PREFIX + place) ?? "null");
    if (Number.isInteger(entry?.version) && entry.version > VERSION) return { ...nothing, newer: true };
    return { now: part(entry?.now), before: part(entry?.before), newer: false };
  } catch {
    return nothing; // broken, or a browser that keeps nothing
  }
}

/** Keep something in a place; returns why that was not possible, or "".
 * @param {string} place @param {Entry} entry */
export function put(place, { now, before }) {
  const kept = (/** @type {Kept | null} */ one) => one && { at: one.at, text: one.text };
  const text = JSON.stringify({ version: VERSION, at: Date.now(), now: kept(now), before: kept(before) });
  try {
    tidy(place);
    localStorage.setItem(PREFIX + place, text);
    return "";
  } catch (error) {
    return `this browser keeps nothing more: ${/** @type {Error} */ (error).name}; free some, or press Download`;
  }
}

/** Let go of the oldest where there are too many. @param {string} place which is about to be written */
function tidy(place) {
  const others = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== PREFIX + place);
  const when = (/** @type {string} */ key) => {
    try {
      return Number(JSON.parse(localStorage.getItem(key) ?? "").at) || 0;
    } catch {
      return 0;
    }
  };
  const oldest = others.map((key) => ({ key, at: when(key) })).sort((one, other) => one.at - other.at);
  for (const { key } of oldest.slice(0, Math.max(others.length - MOST + 1, 0))) localStorage.removeItem(key);
}

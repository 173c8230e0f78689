// The last five seconds as a picture: a lane for each kind of event, a shape for each outcome.

import { attr, colours, h, onTheme, svg, text } from "./elements.js";
import { FIRED, OPEN, PART, TROUBLE, height, oldest, slot } from "./monitor_ring.js";

const WINDOW_MS = 5000;
const LATE_MS = 500; // an event may be stamped by so much before its neighbours
const LABEL_MS = 1000;
const MOST_LABELS = 12;
const LANES = [
  { title: "notes", top: 8, size: 62 },
  { title: "cc", top: 78, size: 40 },
  { title: "bend, pressure", top: 126, size: 32 },
  { title: "other", top: 166, size: 16 },
];
const OF_KIND = [0, 1, 2, 2, 3, 3, 3];
const HEIGHT = 204;
const NEAR = 7;
const NOTE_ON = 9;

/** Small pictures of the shapes, with their words. */
function legend() {
  const shapes = [
    ["fired", "good", ["M3 1h4v10h-4z"]],
    ["did not", "dim", ["M4.5 2h1v9h-1z", "M2 1h6v1.4h-6z"]],
    ["went wrong", "bad", ["M3 0h4v7h-4z", "M3 9h4v3h-4z"]],
    ["undecided", "warn", ["M3 1h4v2.4h-4z", "M3 5h4v2.4h-4z", "M3 9h4v2.4h-4z"]],
    ["part of a gesture", "accent", ["M2 1h1.2v10h-1.2z", "M6.8 1h1.2v10h-1.2z", "M2 1h6v1.2h-6z"]],
    ["a gesture fired", "accent", ["M5 1.5l4 4.5l-4 4.5l-4-4.5z"]],
  ];
  const one = (/** @type {any[]} */ [word, colour, paths]) =>
    h("span", { class: "mm-key" },
      svg("svg", { viewBox: "0 0 10 12", width: 10, height: 12, fill: `var(--mm-${colour})`, "aria-hidden": "true" },
        ...paths.map((/** @type {string} */ d) => svg("path", { d }))), word);
  return h("div", { class: "mm-legend" }, ...shapes.map(one));
}

/** Rectangles of one colour, drawn together. */
function heap() {
  let all = new Float32Array(4096);
  let used = 0;
  return {
    /** @param {number} x @param {number} y @param {number} wide @param {number} high */
    add(x, y, wide, high) {
      if (used + 4 > all.length) {
        const more = new Float32Array(all.length * 2);
        more.set(all);
        all = more;
      }
      all[used] = x;
      all[used + 1] = y;
      all[used + 2] = wide;
      all[used + 3] = high;
      used += 4;
    },
    /** @param {CanvasRenderingContext2D} pen @param {string} colour */
    draw(pen, colour) {
      pen.fillStyle = colour;
      for (let at = 0; at < used; at += 4) pen.fillRect(all[at], all[at + 1], all[at + 2], all[at + 3]);
      used = 0;
    },
  };
}

/**
 * @param {{ root: Element, ring: () => import("./monitor_ring.js").Ring, told: ReturnType<typeof import("./monitor_ring.js").texts>,
 *   from: () => number, now: () => number, chosen: () => number, choose: (place: number) => void }} about
 *   `from`: the first place to be drawn; `now`: epoch ms, on the kernel's clock, of the right edge;
 *   `chosen`: the place of the event that is asked about, or -1; `choose`: somebody points at an event
 */
export function timeline({ root, ring, told, from, now, chosen, choose }) {
  const canvas = h("canvas", { class: "mm-canvas", role: "img" });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const idle = h("p", { class: "mm-idle" });
  const el = h("div", { class: "mm-timeline" }, legend(), h("div", { class: "mm-drawn" }, canvas, idle));
  const heaps = [heap(), heap(), heap(), heap(), heap()];
  /** @type {number[]} */
  let gestures = [];
  let palette = /** @type {Record<string, string>} */ ({});
  let [wide, gutter, scale] = [0, 0, 1];
  let asked = 0;
  let moves = false;
  let seen = true;
  let saidAt = 0;
  let drawn = 0;

  function look() {
    const colour = colours(root);
    const names = ["fg", "dim", "good", "bad", "warn", "accent", "bg2"];
    palette = Object.fromEntries(names.map((name) => [name, colour(name)]));
    pen.font = `11px ${getComputedStyle(root).fontFamily}`;
    soon();
  }

  function fit() {
    wide = canvas.clientWidth;
    scale = devicePixelRatio || 1;
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(HEIGHT * scale);
    gutter = wide < 560 ? 86 : 96;
    look();
  }

  /** Draw once at the next chance, and go on as long as something moves. */
  function soon() {
    if (!asked && seen && wide) asked = requestAnimationFrame(step);
  }

  function step() {
    asked = 0;
    draw();
    if (moves) soon();
  }

  /** @param {number} time @param {number} end */
  const across = (time, end) => gutter + ((time - end + WINDOW_MS) / WINDOW_MS) * (wide - gutter - 6);

  function backdrop() {
    pen.clearRect(0, 0, wide, HEIGHT);
    pen.textBaseline = "middle";
    for (const { title, top, size } of LANES) {
      pen.fillStyle = palette.bg2;
      pen.globalAlpha = 0.65;
      pen.fillRect(gutter - 4, top - 4, wide - gutter, size + 6);
      pen.globalAlpha = 1;
      pen.fillStyle = palette.dim;
      pen.textAlign = "left";
      pen.fillText(title, 0, top + size / 2, gutter - 8);
    }
    pen.textAlign = "center";
    for (let back = 0; back <= WINDOW_MS; back += LABEL_MS) {
      const x = Math.round(across(-back, 0));
      pen.fillStyle = palette.dim;
      pen.globalAlpha = 0.25;
      pen.fillRect(x, 4, 1, HEIGHT - 22);
      pen.globalAlpha = 1;
      if (back === 0) pen.textAlign = "right";
      pen.fillText(back ? `−${back / 1000} s` : "now", back ? x : x + 6, HEIGHT - 8);
      pen.textAlign = "center";
    }
  }

  function draw() {
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    backdrop();
    const events = ring();
    const end = now();
    const start = end - WINDOW_MS;
    const least = Math.max(oldest(events), from());
    let [notes, others, fired, wanted] = [0, 0, 0, 0];
    let newest = -Infinity;
    gestures = [];
    for (let place = events.count - 1; place >= least; place--) {
      const here = slot(place);
      const time = events.time[here];
      if (time > newest) newest = time;
      if (time < start) {
        if (time < start - LATE_MS) break;
        continue;
      }
      if (!events.passes[here]) continue;
      wanted++;
      if (OF_KIND[events.kind[here]]) others++;
      else notes++;
      if (events.fate[here] === FIRED) fired++;
      mark(events, here, across(Math.min(time, end), end));
    }
    moves = newest > start - LATE_MS;
    heaps[0].draw(pen, palette.dim);
    heaps[FIRED].draw(pen, palette.good);
    heaps[PART].draw(pen, palette.accent);
    heaps[OPEN].draw(pen, palette.warn);
    heaps[TROUBLE].draw(pen, palette.bad);
    label(events, end);
    point(events, end);
    drawn++;
    text(idle, wanted ? "" : events.count ? "nothing in the last 5 seconds" : "no event yet: play a pad, or run midi.virtual.press(36)");
    const at = performance.now();
    if (at - saidAt > 1000 || !moves) {
      saidAt = at;
      attr(canvas, "aria-label", `the last 5 seconds: ${notes} note and ${others} other events, ${fired} fired; all are in the list below`);
    }
  }

  /** @param {import("./monitor_ring.js").Ring} events @param {number} here @param {number} x */
  function mark(events, here, x) {
    const fate = events.fate[here];
    const pile = heaps[fate];
    const { top, size } = LANES[OF_KIND[events.kind[here]]];
    const status = events.status[here];
    const bottom = top + size;
    if (fate === FIRED && told.get(events.outcome[here])?.[3]) gestures.push(x, here);
    const lane = OF_KIND[events.kind[here]];
    if (lane === 1 || lane === 2) {
      dot(pile, fate, x, bottom - 2 - height(events, here) * (size - 4));
    } else if (lane === 3) {
      bar(pile, fate, x, top + (status === 0xf8 ? size - 4 : 0), bottom);
    } else if (status >> 4 === NOTE_ON && events.second[here]) {
      bar(pile, fate, x, bottom - 4 - 12 - (events.second[here] / 127) * (size - 20), bottom - 4);
    } else {
      pile.add(x - (fate ? 1.5 : 0.5), bottom - 2, fate ? 3 : 1, 3); // a release, below its presses
    }
  }

  /** @param {ReturnType<typeof heap>} pile @param {number} fate @param {number} x @param {number} top @param {number} bottom */
  function bar(pile, fate, x, top, bottom) {
    if (fate === FIRED) pile.add(x - 1.5, top, 3, bottom - top);
    else if (fate === TROUBLE) {
      pile.add(x - 1.5, top, 3, bottom - top - 5);
      pile.add(x - 1.5, bottom - 3, 3, 3);
    } else if (fate === OPEN) {
      for (let y = bottom - 3; y >= top - 1; y -= 5) pile.add(x - 1.5, y, 3, 3);
    } else if (fate === PART) {
      pile.add(x - 2.5, top, 1, bottom - top);
      pile.add(x + 1.5, top, 1, bottom - top);
      pile.add(x - 2.5, top, 5, 1);
    } else {
      pile.add(x - 0.5, top, 1, bottom - top);
      pile.add(x - 2.5, top, 5, 1.5);
    }
  }

  /** @param {ReturnType<typeof heap>} pile @param {number} fate @param {number} x @param {number} y */
  function dot(pile, fate, x, y) {
    if (fate === FIRED || fate === PART) pile.add(x - 1.5, y - 1.5, 3.5, 3.5);
    else if (fate === TROUBLE) {
      pile.add(x - 1.5, y - 5, 3, 5);
      pile.add(x - 1.5, y + 1.5, 3, 2);
    } else if (fate === OPEN) {
      pile.add(x - 2, y - 0.5, 1.5, 2);
      pile.add(x + 1, y - 0.5, 1.5, 2);
    } else pile.add(x - 2, y - 0.5, 4, 1);
  }

  /** Gestures that fired: a diamond, and its name where there is room.
   * @param {import("./monitor_ring.js").Ring} events @param {number} end */
  function label(events, end) {
    if (!gestures.length) return;
    pen.fillStyle = palette.accent;
    pen.beginPath();
    for (let at = 0; at < gestures.length; at += 2) {
      const x = gestures[at];
      pen.moveTo(x, 3);
      pen.lineTo(x + 4.5, 8);
      pen.lineTo(x, 13);
      pen.lineTo(x - 4.5, 8);
    }
    pen.fill();
    if (gestures.length > MOST_LABELS * 2) return;
    pen.textAlign = "left";
    let free = across(end, end) + 6;
    for (let at = 0; at < gestures.length; at += 2) {
      const said = told.get(events.outcome[gestures[at + 1]])?.[3] ?? "";
      const x = gestures[at] + 8;
      const size = pen.measureText(said).width;
      if (x + size < free) pen.fillText(said, x, 9);
      free = gestures[at] - 8;
    }
  }

  /** The event that is asked about. @param {import("./monitor_ring.js").Ring} events @param {number} end */
  function point(events, end) {
    const place = chosen();
    if (place < 0) return;
    const x = across(events.time[slot(place)], end);
    if (x < gutter || x > wide) return;
    pen.fillStyle = palette.fg;
    pen.fillRect(x - 0.5, 2, 1, HEIGHT - 20);
    pen.beginPath();
    pen.moveTo(x - 5, 0);
    pen.lineTo(x + 5, 0);
    pen.lineTo(x, 6);
    pen.fill();
  }

  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const [events, end] = [ring(), now()];
    const lane = LANES.findIndex(({ top, size }) => event.offsetY >= top - 4 && event.offsetY <= top + size + 3);
    let [best, nearest] = [-1, NEAR];
    for (let place = events.count - 1; place >= Math.max(oldest(events), from()); place--) {
      const here = slot(place);
      if (events.time[here] < end - WINDOW_MS - LATE_MS) break;
      if (!events.passes[here] || OF_KIND[events.kind[here]] !== lane) continue;
      const off = Math.abs(across(events.time[here], end) - event.offsetX);
      if (off < nearest) [best, nearest] = [place, off];
    }
    if (best >= 0) choose(best);
  });

  const size = new ResizeObserver(fit);
  size.observe(canvas);
  const unthemed = onTheme(() => setTimeout(look, 100)); // the theme's variables come a little later
  return {
    el,
    soon,
    /** How often it has been drawn. */
    drawn: () => drawn,
    /** @param {boolean} on whether it is on the screen */
    see(on) {
      seen = on;
      soon();
    },
    close() {
      size.disconnect();
      unthemed();
      cancelAnimationFrame(asked);
      seen = false;
    },
  };
}

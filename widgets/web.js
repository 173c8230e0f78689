// Controllers at this computer, as ports of the kernel: asking the browser, choosing, how it goes.

import { attr, button, chip, h, py, text } from "./elements.js";
import { browser, outlook, permission, reason } from "./midiaccess.js";
import { link } from "./midilink.js";
import { front, portTable, tiles, toggle } from "./midiviews.js";
import { begin } from "./view.js";

const PAINT_MS = 120;
const RATE_MS = 500;

/** @param {any} panel @param {any} model */
function build(panel, model) {
  const page = browser();
  let access = /** @type {any} */ (null);
  let sysex = false;
  let refusal = outlook();
  let asking = false;
  let moved = false;
  let offered = "";
  let offering = false;
  let again = false;
  let failed = false;
  let ended = false;
  /** @type {Map<string, string>} what can not be opened, by port, and why */
  const shut = new Map();
  /** @type {Map<string, any>} what the kernel says of each port */
  let known = new Map();
  /** @type {Map<number, string>} */
  const news = new Map();
  let painting = 0;
  let rating = 0;
  let before = { in: 0, out: 0, at: 0 };
  let latest = /** @type {any} */ (null);

  const wire = link({ tell: panel.tell, played, refused });
  const running = chip("", "off");
  const said = h("span", { class: "mm-note" });
  const wantsSysex = toggle("sysex", "midi.web()", "allow system exclusive messages; the browser asks again", askSysex);
  const wantsClock = toggle("clock", "midi.web().clock = True", "pass MIDI clock on, so that it can drive the tempo", passClock);
  const measure = button("Measure", { twin: "midi.web()", title: "measure the way to the kernel and back", onclick: () => wire.ping() });
  const ask = front(connect, (code) => panel.twin(code));
  const back = button("Take back", { kind: "primary", twin: "midi.web()", onclick: connect });
  const figures = tiles();
  const table = portTable(switched);
  const live = h("div", { class: "mm-live" }, figures.el, table.el);
  panel.body.append(h("div", { class: "mm-row mm-head" }, running, said, h("span", { class: "mm-gap" }), wantsSysex.el, wantsClock.el, measure, back), ask.el, live);
  let unwatch = permission(sysex, permitted);
  let permit = "prompt";

  /** @param {string} state */
  function permitted(state) {
    permit = state;
    if (!access && state === "denied" && !refusal) refusal = "denied";
    if (!access && state !== "denied" && refusal === "denied") refusal = "";
    show();
  }

  /** Ask the browser; only ever called because somebody pressed something. */
  async function connect() {
    if (asking) return;
    asking = true;
    show();
    let given = null;
    try {
      given = await navigator.requestMIDIAccess({ sysex });
      refusal = "";
    } catch (error) {
      refused_by_browser(error);
    }
    asking = false;
    if (given && !ended) take(given);
    show();
  }

  /** @param {any} error */
  function refused_by_browser(error) {
    const why = reason(error);
    if (access) {
      sysex = false;
      panel.say("sysex was not allowed; everything else goes on", "warn");
    } else {
      refusal = why || "system";
      panel.say(why ? "" : `the browser says: ${error?.name}: ${error?.message}`, "bad");
    }
  }

  /** @param {any} given */
  function take(given) {
    letGo();
    access = given;
    moved = false;
    shut.clear();
    access.onstatechange = () => signature() !== offered && offer();
    offer();
  }

  function letGo() {
    if (access) access.onstatechange = null;
    wire.end();
  }

  /** Every port that is plugged in. */
  function present() {
    if (!access) return [];
    const all = [...access.inputs.values(), ...access.outputs.values()];
    return all.filter((one) => one.state !== "disconnected").map((port) => ({ port, direction: port.type === "input" ? "in" : "out" }));
  }

  const key = (/** @type {string} */ direction, /** @type {string} */ id) => `${direction}/${id}`;
  const brought = () => present().filter(({ port, direction }) => !shut.has(key(direction, port.id)));
  const signature = () => JSON.stringify(brought().map(({ port, direction }) => [port.id, port.name ?? "", direction]));

  /** Tell the kernel which ports there are now; one question at a time. */
  async function offer() {
    again = offering;
    if (offering) return;
    offering = true;
    failed = false;
    try {
      do {
        again = false;
        offered = signature();
        take_in(await panel.ask("offer", { view: panel.view, browser: page, ports: JSON.parse(offered), sysex: Boolean(access?.sysexEnabled) }));
      } while (again && !ended);
    } catch (error) {
      failed = true;
      if (!ended) panel.say(/** @type {Error} */ (error).message, "bad");
    }
    offering = false;
    show();
  }

  /** Take what the kernel says of our ports: listen to those that are connected.
   * @param {[string, string, number, string, boolean][]} ports */
  function take_in(ports) {
    const there = new Map(present().map(({ port, direction }) => [key(direction, port.id), port]));
    const ins = new Map();
    const outs = new Map();
    known = new Map();
    for (const [id, direction, number, name, on] of ports) {
      const port = there.get(key(direction, id));
      known.set(key(direction, id), { number, name, on });
      if (port && direction === "out") outs.set(number, port);
      else if (port && on) ins.set(number, port);
    }
    if (!ended) wire.use(ins, outs);
  }

  /** A port said no. @param {any} port @param {string} why */
  function refused(port, why) {
    if (port.type === "input") {
      shut.set(key("in", port.id), why);
      offer();
    } else panel.say(`${port.name}: ${why}`, "warn");
  }

  /** @param {any} row @param {boolean} on @param {HTMLElement} control */
  function switched(row, on, control) {
    if (shut.delete(key(row.direction, row.id))) return offer();
    if (row.direction === "in") {
      const verb = on ? "connect" : "disconnect";
      return panel.act(control, verb, { port: row.name }, `midi.${verb}(${py(row.name)})`);
    }
    const port = on ? row.name : "Virtual";
    return panel.act(control, "output", { port }, `midi.output = ${py(port)}`);
  }

  function askSysex() {
    sysex = !sysex;
    unwatch();
    unwatch = permission(sysex, permitted);
    if (access) connect();
    show();
  }

  function passClock() {
    const on = wantsClock.el.getAttribute("aria-checked") !== "true";
    panel.act(wantsClock.el, "clock", { on }, `midi.web().clock = ${on ? "True" : "False"}`);
  }

  /** @param {number} port @param {string} words */
  function played(port, words) {
    news.set(port, words);
    table.lit(port);
    if (!painting) painting = setTimeout(paint, PAINT_MS);
    if (!rating) rating = setTimeout(rate, RATE_MS);
  }

  function paint() {
    painting = 0;
    for (const [port, words] of news) table.last(port, words);
    news.clear();
  }

  /** How much comes and goes a second; ends by itself when that is nothing. */
  function rate() {
    rating = 0;
    const at = performance.now();
    const seconds = Math.max((at - before.at) / 1000, RATE_MS / 1000);
    const rates = { in: (wire.counts.in - before.in) / seconds, out: (wire.counts.out - before.out) / seconds };
    before = { in: wire.counts.in, out: wire.counts.out, at };
    figures.show(wire.counts, rates, mine());
    if (rates.in || rates.out) rating = setTimeout(rate, RATE_MS);
  }

  const mine = () => latest?.pages[panel.view];

  function show() {
    if (ended) return;
    const ports = present();
    moved = Boolean(access && !offering && mine() && !mine().asleep && !known.size && brought().length);
    const on = access && !moved && !failed;
    const [word, kind, sentence] = refusal && !access ? ["no MIDI here", "bad", ""]
      : asking ? ["asking", "warn", "the browser wants an answer from you"]
      : failed ? ["not taken", "bad", "the kernel did not take these ports"]
      : moved ? ["elsewhere", "warn", "another view in this browser has these ports now"]
      : !access ? ["not connected", "off", ""]
      : ports.length ? ["connected", "good", others()] : ["connected", "good", "nothing is plugged in; it shows up here by itself"];
    text(running, word);
    running.className = `mm-chip mm-${kind}`;
    text(said, sentence);
    attr(said, "title", sentence);
    ask.show({ refusal: access ? "" : refusal, permit, asking, sysex });
    ask.el.hidden = Boolean(access);
    live.hidden = !access;
    measure.hidden = !on;
    back.hidden = !moved && !failed;
    text(back, failed ? "Try again" : "Take back");
    wantsSysex.set(access ? access.sysexEnabled : sysex, Boolean(refusal && !access));
    wantsClock.set(Boolean(latest?.clock), false);
    table.update(ports.map(({ port, direction }) => row(port, direction)));
    figures.show(wire.counts, null, mine());
  }

  function others() {
    const count = Object.entries(latest?.pages ?? {}).filter(([view, one]) => view !== panel.view && /** @type {any} */ (one).ports.length).length;
    return count ? `so ${count === 1 ? "is 1 other page" : `are ${count} other pages`}` : "";
  }

  /** @param {any} port @param {string} direction */
  function row(port, direction) {
    const said = known.get(key(direction, port.id));
    const why = shut.get(key(direction, port.id)) ?? "";
    return { id: port.id, direction, label: port.name || "unnamed", maker: port.manufacturer || "", why, number: said?.number ?? 0, name: said?.name ?? "", on: Boolean(said?.on) };
  }

  /** @param {any} state */
  function draw(state) {
    if (!state) return;
    latest = state;
    wire.setClock(state.clock);
    if (access && !offering && mine()) take_in(mine().ports);
    if (access && mine()?.asleep) wire.ping();
    show();
  }

  /** @param {any} content @param {DataView[]} buffers */
  function told(content, buffers) {
    if (content?.view !== panel.view || !access) return;
    if (content.again) offer();
    else wire.told(content, buffers);
    if (content.pong !== undefined) figures.show(wire.counts, null, mine());
  }

  function leaving() {
    if (!access) return;
    panel.tell("away");
    wire.end();
  }

  const returning = (/** @type {any} */ event) => event.persisted && access && offer();

  function close() {
    ended = true;
    letGo();
    unwatch();
    clearTimeout(painting);
    clearTimeout(rating);
    model.off("msg:custom", told);
    removeEventListener("pagehide", leaving);
    removeEventListener("pageshow", returning);
  }

  model.on("msg:custom", told);
  addEventListener("pagehide", leaving);
  addEventListener("pageshow", returning);
  show();
  return { draw, close, gone: close };
}

export default { render: (/** @type {Context} */ context) => begin(context, "web", (panel) => build(panel, context.model)) };

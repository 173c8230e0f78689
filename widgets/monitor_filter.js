// Which events the monitor shows, and the line of Python that finds the same.

import { attr, button, h, py } from "./elements.js";
import { KINDS } from "./monitor_ring.js";

export const LAST = "%midi monitor 20";
const FATES = [
  { value: "", title: "fired or not", test: "" },
  { value: "fired", title: "fired", test: "one.steps" },
  { value: "not", title: "did not fire", test: "not one.steps" },
  { value: "wrong", title: "went wrong", test: 'any(step.verdict != "ok" for step in one.steps)' },
];

/** The line of Python that finds what passes the filter. @param {string[]} tests @param {string} [said] */
function finds(tests, said = "") {
  const wanted = tests.filter(Boolean);
  if (said) {
    const all = [...wanted, `${py(said)} in " ".join(row).lower()`].join(" and ");
    return `[row for one, row in zip(midi.traces(), midi.monitor(10_000).rows) if ${all}]`;
  }
  return wanted.length ? `[one for one in midi.traces() if ${wanted.join(" and ")}]` : LAST;
}

/** @param {any} panel @param {() => void} changed */
export function filters(panel, changed) {
  /** @type {import("./monitor_ring.js").Wanted} */
  const wanted = { kinds: new Set(), port: "", channel: -1, fate: "", said: "" };
  const ofPort = (/** @type {string} */ port) => port && `one.event.port == ${py(port)}`;
  const ofChannel = (/** @type {number} */ channel) => channel >= 0 && `one.event.data[:1] and one.event.data[0] < 0xF0 and one.event.data[0] & 15 == ${channel}`;
  const toggles = KINDS.map(({ name, test }, kind) => {
    const toggle = button(name, { twin: finds([test]), onclick: () => {
      if (!wanted.kinds.delete(kind)) wanted.kinds.add(kind);
      attr(toggle, "aria-pressed", wanted.kinds.has(kind));
      apply();
    } });
    attr(toggle, "aria-pressed", "false");
    return toggle;
  });
  const port = h("select", { "aria-label": "port", "data-twin": finds([ofPort("Virtual") || ""]), onchange: () => { wanted.port = port.value; apply(); } },
    h("option", { value: "" }, "all ports"));
  const channel = h("select", { "aria-label": "channel", "data-twin": finds([ofChannel(0) || ""]), onchange: () => { wanted.channel = Number(channel.value); apply(); } },
    h("option", { value: "-1" }, "all channels"), ...Array.from({ length: 16 }, (_, one) => h("option", { value: String(one) }, `channel ${one}`)));
  const fate = h("select", { "aria-label": "what became of it", "data-twin": finds([FATES[1].test]), onchange: () => { wanted.fate = fate.value; apply(); } },
    ...FATES.map(({ value, title }) => h("option", { value }, title)));
  const said = h("input", { type: "search", placeholder: "find text", "aria-label": "text to look for", "data-twin": finds([], "36"),
    oninput: () => { wanted.said = said.value.trim().toLowerCase(); apply(); } });
  const all = button("Show all", { kind: "quiet", twin: LAST, onclick: clear });
  const ports = new Set();
  all.disabled = true;

  function clear() {
    wanted.kinds.clear();
    for (const toggle of toggles) attr(toggle, "aria-pressed", "false");
    Object.assign(wanted, { port: "", channel: -1, fate: "", said: "" });
    [port.value, channel.value, fate.value, said.value] = ["", "-1", "", ""];
    apply();
  }

  function apply() {
    const kinds = [...wanted.kinds].map((kind) => KINDS[kind].test);
    const one = kinds.length > 1 ? `(${kinds.map((test) => `(${test})`).join(" or ")})` : kinds[0];
    const tests = [one, ofPort(wanted.port), ofChannel(wanted.channel), FATES.find(({ value }) => value === wanted.fate)?.test];
    const code = finds(/** @type {string[]} */ (tests), wanted.said);
    all.disabled = code === LAST;
    panel.twin(code);
    changed();
  }

  const el = h("div", { class: "mm-row mm-filters", role: "group", "aria-label": "what is shown" },
    h("div", { class: "mm-kinds" }, ...toggles), port, channel, fate, said, all);
  return {
    el,
    wanted,
    any: () => !all.disabled,
    /** @param {string | undefined} name */
    offer(name) {
      if (name === undefined || ports.has(name)) return;
      ports.add(name);
      port.append(h("option", { value: name }, name));
    },
  };
}

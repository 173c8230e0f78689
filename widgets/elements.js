// What every panel is drawn with: elements, numbers, buttons, tables.

/**
 * Make an element. Text is only ever text: nothing here is parsed as HTML.
 * @param {string} tag
 * @param {Record<string, any>} [props] "class", "on<event>" functions, properties (`value`,
 *   `disabled`, ...), and attributes for whatever has a dash or is no property; undefined is left out
 * @param {...(Node | string | number | null | undefined)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) put(node, name, value);
  node.append(...children.filter((one) => one != null).map((one) => (one instanceof Node ? one : String(one))));
  return node;
}

/**
 * Make an SVG element; everything in `attrs` is an attribute.
 * @param {string} tag
 * @param {Record<string, any>} [attrs]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attrs = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** @param {any} node @param {string} name @param {any} value */
function put(node, name, value) {
  if (value === undefined) return;
  if (name === "class") node.className = value;
  else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name in node && !name.includes("-") && name !== "list") node[name] = value;
  else node.setAttribute(name, String(value));
}

/** Set a text only when it differs, so that selections and screen readers are left alone.
 * @param {Node} node @param {any} value */
export function text(node, value) {
  const wanted = value == null ? "" : String(value);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Set or remove an attribute, only when that changes it.
 * @param {Element} node @param {string} name @param {any} value undefined, null or false removes it */
export function attr(node, name, value) {
  if (value == null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** How many of what: "1 mapping", "2 mappings". @param {number} count @param {string} noun */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A number for people: at most three digits that count, no jumping width with `mm-num`.
 * @param {number} value @returns {string} */
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(size >= 1e7 ? 0 : 1)} M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(size >= 1e5 ? 0 : 1)} k`;
  return size >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

/** Microseconds with their unit: "1.2 µs", "840 µs", "12.5 ms", "1.2 s".
 * @param {number} us @returns {string} */
export function span(us) {
  if (us < 1000) return `${us.toFixed(us < 10 ? 1 : 0)} µs`;
  return us < 1e6 ? `${(us / 1e3).toFixed(us < 1e4 ? 1 : 0)} ms` : `${(us / 1e6).toFixed(1)} s`;
}

/** The time of day of a moment. @param {number} epochMs @returns {string} */
export function clock(epochMs) {
  return new Date(epochMs).toLocaleTimeString([], { hour12: false });
}

/** A name as it has to be typed behind `%midi`. @param {any} name @returns {string} */
export function word(name) {
  const plain = String(name);
  return /^[^\s'"\\]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'"'"'`)}'`;
}

/** A text as Python writes it. @param {any} value @returns {string} */
export function py(value) {
  return JSON.stringify(String(value));
}

/** The colours of the theme in force, for a canvas.
 * @param {Element} node inside of the panel @returns {(name: string) => string} e.g. colour("accent") */
export function colours(node) {
  const style = getComputedStyle(node);
  return (name) => style.getPropertyValue(`--mm-${name}`).trim();
}

/** Call back when the theme changes. @param {() => void} changed @returns {() => void} ends that */
export function onTheme(changed) {
  const watch = new MutationObserver(changed);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  return () => watch.disconnect();
}

/**
 * A button that shows its `%midi` or `midi.` twin while it is pointed at or focused.
 * @param {string} label
 * @param {{ onclick?: (event: any) => void, twin?: string, kind?: string, title?: string, label?: string }} [more]
 *   kind: "" | "primary" | "danger" | "quiet"; label: what a screen reader says instead
 */
export function button(label, { onclick, twin, kind = "", title, label: said } = {}) {
  const kinds = kind ? `mm-button mm-${kind}` : "mm-button";
  return h("button", { type: "button", class: kinds, onclick, title, "data-twin": twin, "aria-label": said }, label);
}

/** Only the first of several clicks: what has moved up to the same place is not meant by the second.
 * @param {() => void} act @returns {(event: MouseEvent) => void} */
export function once(act) {
  return (event) => event.detail > 1 || act();
}

/**
 * A switch that is on or off at once, under the hand; `show` gives it what is really so.
 * @param {string} label what a screen reader says
 * @param {(on: boolean, control: any) => Promise<any>} turned resolves to undefined where it was refused
 */
export function toggle(label, turned) {
  const el = h("button", { type: "button", class: "mm-switch", role: "switch", "aria-checked": false, "aria-label": label, onclick: async () => {
    const on = el.getAttribute("aria-checked") !== "true";
    set(on);
    asked++;
    const answer = await turned(on, el);
    asked--;
    if (answer === undefined) set(!on);
  } });
  let asked = 0;
  const set = (/** @type {boolean} */ on) => el.setAttribute("aria-checked", String(on));
  const show = (/** @type {boolean} */ on) => { if (!asked) set(on); };  // frames from before the answer are old
  return { el, show };
}

/**
 * Tabs; only the chosen one's body is on the page.
 * @param {string} label
 * @param {{ title: string, body: HTMLElement }[]} pages
 * @param {(index: number) => void} chosen
 */
export function tabs(label, pages, chosen) {
  const heads = pages.map((one, at) => h("button", {
    type: "button", class: "mm-tab", role: "tab", onclick: () => choose(at), onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose((at + step + pages.length) % pages.length);
      heads[now].focus();
    },
  }, one.title));
  const list = h("div", { class: "mm-tablist", role: "tablist", "aria-label": label }, ...heads);
  const body = h("div", { class: "mm-tabbody", role: "tabpanel", tabIndex: 0 });
  let now = -1;
  /** @param {number} index */
  function choose(index) {
    const again = index === now;
    now = index;
    heads.forEach((head, at) => {
      attr(head, "aria-selected", String(at === now));
      head.tabIndex = at === now ? 0 : -1;
    });
    attr(body, "aria-label", pages[now].title);
    if (!again) body.replaceChildren(pages[now].body);
    chosen(now);
  }
  return {
    el: h("div", { class: "mm-tabbed" }, list, body),
    choose,
    /** @param {number} index @param {string} title @param {string} twin */
    name(index, title, twin) {
      text(heads[index], title);
      attr(heads[index], "data-twin", twin);
    },
  };
}

/**
 * A word with a shape before it; colour alone never says anything.
 * @param {string} said
 * @param {"good" | "warn" | "bad" | "low" | "off" | "accent"} kind
 */
export function chip(said, kind) {
  return h("span", { class: `mm-chip mm-${kind}` }, said);
}

/**
 * A table whose rows are kept by key, so that what is focused stays so while it changes.
 * @template Row
 * @param {{ title: string, num?: boolean, class?: string, head?: boolean, text?: (row: Row) => any,
 *   make?: (row: Row) => Node, show?: (node: any, row: Row) => void }[]} columns
 *   each either `text`, or `make` once a row and `show` whenever it changes; `head` names the row
 * @param {{ label: string, empty: string, key: (row: Row) => string | number }} about
 */
export function grid(columns, { label, empty, key }) {
  const body = h("tbody");
  const heads = columns.map((one) => h("th", { scope: "col", class: [one.num && "mm-num", one.class].filter(Boolean).join(" ") }, one.title));
  const table = h("table", { class: "mm-table", "aria-label": label }, h("thead", {}, h("tr", {}, ...heads)), body);
  const nothing = h("p", { class: "mm-empty" }, empty);
  // focusable: a keyboard must be able to scroll it
  const el = h("div", { class: "mm-scroll", tabIndex: 0, role: "region", "aria-label": label }, table, nothing);
  /** @type {Map<string | number, { tr: any, cells: any[], said: string }>} */
  const kept = new Map();
  return {
    el,
    /** @param {Row[]} rows */
    update(rows) {
      const gone = new Set(kept.keys());
      rows.forEach((row, index) => {
        const id = key(row);
        gone.delete(id);
        const entry = kept.get(id) ?? begin(id, row);
        const said = JSON.stringify(row);
        if (said !== entry.said) {
          columns.forEach((one, at) => (one.text ? text(entry.cells[at], one.text(row)) : one.show?.(entry.cells[at], row)));
          entry.said = said;
        }
        if (body.children[index] !== entry.tr) body.insertBefore(entry.tr, body.children[index] ?? null);
      });
      for (const id of gone) {
        kept.get(id)?.tr.remove();
        kept.delete(id);
      }
      nothing.hidden = rows.length > 0;
      table.hidden = rows.length === 0;
    },
    /** @param {string} said */
    empty: (said) => text(nothing, said),
  };

  /** @param {string | number} id @param {Row} row */
  function begin(id, row) {
    const cells = columns.map((one) => one.make?.(row) ?? h("span"));
    const tds = columns.map((one, at) => h(one.head ? "th" : "td", {
      class: [one.num && "mm-num", one.class].filter(Boolean).join(" "), scope: one.head ? "row" : undefined,
    }, cells[at]));
    const entry = { tr: h("tr", {}, ...tds), cells, said: "" };
    kept.set(id, entry);
    return entry;
  }
}

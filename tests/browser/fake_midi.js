// Web MIDI without devices: takes the browser's place before the page is loaded. A test works it
// through `__fakeMidi`: add and remove devices, fire events, refuse, see what was sent.
window.__fakeMidi = (() => {
  const accesses = new Set();
  const devices = new Map();
  const sent = [];
  let refusal = "";
  let permission = "prompt";
  const watchers = new Set();

  class Port extends EventTarget {
    constructor(access, id, name, type) {
      super();
      Object.assign(this, { access, id, name, type, manufacturer: "Fake", version: "1", state: "connected", connection: "closed", onmidimessage: null });
    }
    async open() {
      if (devices.get(this.id)?.busy) throw new DOMException("it is used by another program", "InvalidAccessError");
      this.connection = "open";
      return this;
    }
    async close() {
      this.connection = "closed";
      return this;
    }
    send(data, at) {
      if (this.state === "disconnected") throw new DOMException("the port is gone", "InvalidStateError");
      if (data[0] === 0xf0 && !this.access.sysexEnabled) throw new DOMException("sysex was not allowed", "InvalidAccessError");
      sent.push({ id: this.id, data: [...data], late: at === undefined ? 0 : Math.max(at - performance.now(), 0) });
    }
  }

  function list(access) {
    for (const direction of ["input", "output"]) {
      const ports = direction === "input" ? access.inputs : access.outputs;
      for (const [id, device] of devices) {
        if (device[direction] && !ports.has(id)) ports.set(id, new Port(access, id, device.name, direction));
      }
      for (const [id, port] of [...ports]) {
        if (devices.has(id)) continue;
        port.state = "disconnected";
        ports.delete(id);
      }
    }
    access.onstatechange?.(new Event("statechange"));
  }

  const changed = () => accesses.forEach(list);

  async function requestMIDIAccess({ sysex = false } = {}) {
    if (refusal) throw new DOMException("refused by the test", refusal);
    const access = { inputs: new Map(), outputs: new Map(), sysexEnabled: sysex, onstatechange: null };
    accesses.add(access);
    list(access);
    return access;
  }

  navigator.requestMIDIAccess = requestMIDIAccess;
  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (about) => {
    if (about.name !== "midi") return query(about);
    const status = new EventTarget();
    Object.defineProperty(status, "state", { get: () => permission });
    watchers.add(status);
    return status;
  };

  return {
    sent,
    add(id, name, { input = true, output = true, busy = false } = {}) {
      devices.set(id, { name, input, output, busy });
      changed();
    },
    remove(id) {
      devices.delete(id);
      changed();
    },
    /** Let bytes arrive at an input; returns how many listened. */
    fire(id, data, ago = 0) {
      let heard = 0;
      for (const access of accesses) {
        const port = access.inputs.get(id);
        if (!port?.onmidimessage) continue;
        port.onmidimessage({ data: new Uint8Array(data), timeStamp: performance.now() - ago, port });
        heard++;
      }
      return heard;
    },
    /** Refuse from now on with that error; "" lets everybody in. */
    deny(name) {
      refusal = name;
    },
    /** Have another answer to what the browser would say. */
    permit(state) {
      permission = state;
      watchers.forEach((one) => one.dispatchEvent(new Event("change")));
    },
    /** Be a browser without Web MIDI, on a secure page or not. */
    absent({ secure }) {
      navigator.requestMIDIAccess = undefined;
      Object.defineProperty(window, "isSecureContext", { value: secure, configurable: true });
    },
    listening: () => [...accesses].flatMap((access) => [...access.inputs.values()]).filter((port) => port.onmidimessage).length,
  };
})();

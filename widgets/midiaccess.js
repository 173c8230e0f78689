// Being let in by the browser: what it can be asked, what its refusals mean, and what to do then.

/** The five reasons why there is no MIDI here, each with what to do.
 * @type {Record<string, { title: string, todo: string }>} */
export const REFUSALS = {
  https: {
    title: "The browser keeps MIDI from pages that are not secure",
    todo: "Open this notebook with https, or at localhost: “ssh -L 8888:localhost:8888 HOST” brings a server far away there.",
  },
  api: {
    title: "This browser has no Web MIDI",
    todo: "Open this notebook in Chrome, Edge, Opera or Firefox. Safari has none, nor has any browser on an iPhone or iPad.",
  },
  blocked: {
    title: "The page around this notebook does not let it use MIDI",
    todo: "It is shown inside another page, as in VS Code or Colab. Open it in a tab of its own, in JupyterLab or Notebook 7.",
  },
  denied: {
    title: "MIDI was not allowed",
    todo: "Press the symbol beside the page's address, set “MIDI devices” to “Allow”, then try again.",
  },
  system: {
    title: "This computer's MIDI does not answer",
    todo: "Plug the controller in, then try again. On Linux the browser needs ALSA's sequencer: “sudo modprobe snd-seq”.",
  },
};

/** Which of the reasons is certain before anybody is asked; "" is none. */
export function outlook() {
  if (typeof navigator.requestMIDIAccess === "function") return "";
  return window.isSecureContext ? "api" : "https";
}

/** What the browser would say: "granted", "prompt", "denied"; "prompt" where it does not tell.
 * @param {boolean} sysex @param {(state: string) => void} changed is told now, and when it changes
 * @returns {() => void} ends that */
export function permission(sysex, changed) {
  /** @type {any} */
  let status = null;
  let ended = false;
  const tell = () => !ended && changed(status?.state ?? "prompt");
  const query = /** @type {any} */ (navigator.permissions)?.query?.({ name: "midi", sysex });
  Promise.resolve(query).then((given) => {
    status = given;
    status?.addEventListener?.("change", tell);
    tell();
  }, tell);
  return () => {
    ended = true;
    status?.removeEventListener?.("change", tell);
  };
}

/** Why a request was refused: one of `REFUSALS`, or "" for what nobody expects. @param {any} error */
export function reason(error) {
  const policy = /** @type {any} */ (document).permissionsPolicy ?? /** @type {any} */ (document).featurePolicy;
  const around = error?.name === "SecurityError" || policy?.allowsFeature?.("midi") === false;
  if (around) return "blocked";
  if (error?.name === "NotAllowedError") return "denied";
  return error?.name === "InvalidStateError" || error?.name === "NotSupportedError" ? "system" : "";
}

/** Which browser this is, the same for all its pages: a device here is the same device there. */
export function browser() {
  const fresh = () => Math.random().toString(36).slice(2, 14);
  try {
    const known = localStorage.getItem("midimon-browser") ?? fresh();
    localStorage.setItem("midimon-browser", known);
    return known;
  } catch {
    return fresh(); // a browser that keeps nothing
  }
}

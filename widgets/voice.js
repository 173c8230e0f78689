// A small synthesizer in the page: MIDI in, Web Audio out. Nothing is loaded; every sound is made here.

const MOST = 32;
const DRUM_CHANNEL = 9;
const AHEAD_S = 0.008;
const CUT_S = 0.004;
const BEND_CENTS = 200;
const TAIL = 5; // time constants after which nothing is left
const REST_MS = 20_000;
const EARLY_MS = 1000;
const CLOSE_MS = 60;
const USUAL_VOLUME = 100;
const [SUSTAIN, VOLUME, EXPRESSION, SOUND_OFF, RESET, NOTES_OFF] = [64, 7, 11, 120, 121, 123];

/** What a note is made of: waves, each with its factor of the pitch and its share; seconds to rise,
 * to fall, and to end; what of it stays while it is held; how many times its pitch passes the filter.
 * @typedef {{ waves: [OscillatorType, number, number][], rise: number, fall: number, stay: number, end: number, bright: number }} Timbre
 * @type {Record<string, Timbre>} */
const TIMBRES = {
  piano: { waves: [["triangle", 1, 0.8], ["sine", 2, 0.22]], rise: 0.004, fall: 1.4, stay: 0, end: 0.18, bright: 7 },
  bell: { waves: [["sine", 1, 0.6], ["sine", 2.76, 0.28], ["sine", 5.4, 0.12]], rise: 0.002, fall: 1.8, stay: 0, end: 0.7, bright: 20 },
  organ: { waves: [["sine", 1, 0.45], ["sine", 2, 0.3], ["sine", 3, 0.18]], rise: 0.012, fall: 0.2, stay: 0.9, end: 0.07, bright: 20 },
  pluck: { waves: [["sawtooth", 1, 0.4], ["triangle", 1.004, 0.5]], rise: 0.003, fall: 0.7, stay: 0, end: 0.12, bright: 5 },
  strings: { waves: [["sawtooth", 1, 0.28], ["sawtooth", 1.006, 0.28]], rise: 0.12, fall: 0.5, stay: 0.8, end: 0.35, bright: 4 },
  lead: { waves: [["square", 1, 0.26], ["sawtooth", 1.004, 0.2]], rise: 0.008, fall: 0.25, stay: 0.7, end: 0.1, bright: 6 },
};
// General MIDI's sixteen families of eight programs
const FAMILIES = ["piano", "bell", "organ", "pluck", "pluck", "strings", "strings", "strings", "lead", "lead", "lead", "strings", "strings", "pluck", "bell", "strings"];

/** What a stroke is made of: a falling tone [from Hz, to Hz, seconds, share], and noise through a
 * filter [its kind, Hz, Q, seconds, share].
 * @typedef {{ tone?: [number, number, number, number], noise?: [BiquadFilterType, number, number, number, number] }} Stroke
 * @type {Record<string, Stroke>} */
const STROKES = {
  kick: { tone: [160, 45, 0.32, 1.2] },
  rim: { tone: [1700, 1500, 0.03, 0.4], noise: ["bandpass", 2500, 2, 0.03, 0.3] },
  snare: { tone: [220, 160, 0.14, 0.45], noise: ["bandpass", 2400, 0.6, 0.2, 0.9] },
  clap: { noise: ["bandpass", 1400, 1.2, 0.24, 1.2] },
  hat: { noise: ["highpass", 7500, 0.7, 0.07, 0.6] },
  open: { noise: ["highpass", 7000, 0.7, 0.45, 0.5] },
  crash: { noise: ["highpass", 4500, 0.5, 1.3, 0.6] },
  ride: { tone: [5200, 5200, 0.3, 0.06], noise: ["bandpass", 6500, 2, 0.6, 0.4] },
  bell: { tone: [830, 800, 0.25, 0.4] },
};
/** @type {Record<number, string>} */
const KIT = { 35: "kick", 36: "kick", 37: "rim", 38: "snare", 39: "clap", 40: "snare", 42: "hat", 44: "hat", 46: "open", 49: "crash", 51: "ride", 52: "crash", 53: "bell", 55: "crash", 56: "bell", 57: "crash", 59: "ride" };

/** A tom as low as its note, for what is no other drum. @param {number} note @returns {Stroke} */
const tom = (note) => ({ tone: [70 * 2 ** ((note - 36) / 14), 45 * 2 ** ((note - 36) / 14), 0.3, 0.9] });

/** Loudness of 0 to 127. @param {number} value */
const loud = (value) => (value / 127) ** 1.5;

/** @typedef {{ channel: number, note: number, amp: GainNode, waves: OscillatorNode[], timbre: Timbre | null, held: boolean, kept: boolean, ending: boolean }} Voice one note */

/**
 * @param {() => void} changed is called when `state` may be another
 */
export function voice(changed) {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {GainNode} */
  let master;
  /** @type {AudioBuffer} */
  let hiss;
  /** @type {Map<number, { out: GainNode, program: number, cents: number, pedal: boolean, volume: number, expression: number }>} */
  const channels = new Map();
  /** @type {Set<Voice>} */
  const voices = new Set();
  let allowed = false; // whether the browser has let it sound once
  /** @type {{ at: number, messages: { after: number, data: Uint8Array }[] }[]} */
  let early = []; // what came while the loudspeaker was being opened
  let last = 0;
  let resting = 0;

  /** Be ready to sound, as far as the browser lets it; called again with a gesture it does. */
  function wake() {
    if (typeof AudioContext !== "function") return;
    if (!context) open();
    if (context?.state === "suspended") context.resume().catch(() => {});
  }

  function open() {
    const made = new AudioContext({ latencyHint: "interactive" });
    const limit = made.createDynamicsCompressor();
    master = made.createGain();
    master.gain.value = 0.5;
    master.connect(limit).connect(made.destination);
    hiss = made.createBuffer(1, made.sampleRate, made.sampleRate);
    const samples = hiss.getChannelData(0);
    for (let at = 0; at < samples.length; at++) samples[at] = Math.random() * 2 - 1;
    made.onstatechange = () => {
      allowed ||= made.state === "running";
      if (allowed) for (const one of early.splice(0)) if (performance.now() - one.at < EARLY_MS) play(one.messages);
      changed();
    };
    context = made;
  }

  /** @param {number} number */
  function channel(number) {
    let found = channels.get(number);
    if (!found) {
      const out = /** @type {AudioContext} */ (context).createGain();
      found = { out, program: 0, cents: 0, pedal: false, volume: USUAL_VOLUME, expression: 127 };
      out.gain.value = loud(USUAL_VOLUME);
      out.connect(master);
      channels.set(number, found);
    }
    return found;
  }

  /** Let messages sound, each so many milliseconds after the first.
   * @param {{ after: number, data: Uint8Array }[]} messages */
  function play(messages) {
    wake();
    if (!context) return;
    if (!allowed && context.state !== "running") {
      early = [...early.filter(({ at }) => performance.now() - at < EARLY_MS), { at: performance.now(), messages }];
      return;
    }
    const base = context.currentTime + AHEAD_S;
    for (const { after, data } of messages) {
      last = Math.max(last, base + after / 1000); // in order, also with those of the batch before
      take(data, last);
    }
    clearTimeout(resting);
    resting = setTimeout(rest, REST_MS);
  }

  /** @param {Uint8Array} data @param {number} at */
  function take([status, first, second = 0], at) {
    const number = status & 15;
    const kind = status >> 4;
    if (kind === 9 && second) press(number, first, second, at);
    else if (kind === 9 || kind === 8) release(number, first, at);
    else if (kind === 11) control(number, first, second, at);
    else if (kind === 12) channel(number).program = first;
    else if (kind === 14) bend(number, (((first | (second << 7)) - 8192) / 8192) * BEND_CENTS, at);
  }

  /** @param {number} number @param {number} note @param {number} velocity @param {number} at */
  function press(number, note, velocity, at) {
    for (const one of voices) if (one.channel === number && one.note === note && one.timbre && !one.ending) end(one, at, CUT_S);
    while (voices.size >= MOST) {
      const free = [...voices].find((one) => !one.held && !one.kept) ?? [...voices][0];
      end(free, at, CUT_S);
      voices.delete(free);
    }
    if (number === DRUM_CHANNEL) strike(number, note, loud(velocity), at);
    else begin(number, note, loud(velocity), at);
  }

  /** @param {number} number @param {number} note @param {number} peak @param {number} at */
  function begin(number, note, peak, at) {
    const audio = /** @type {AudioContext} */ (context);
    const { out, program, cents } = channel(number);
    const timbre = TIMBRES[FAMILIES[program >> 3]];
    const hz = 440 * 2 ** ((note - 69) / 12);
    const amp = audio.createGain();
    const rising = audio.createGain();
    const filter = audio.createBiquadFilter();
    filter.frequency.value = Math.min(hz * timbre.bright + 300, 16_000);
    // two gains: the rise is a ramp, right also where its moment is past when it is rendered; the
    // rest is curves, which go on from where they are when the note is cut short
    rising.gain.setValueAtTime(0, at);
    rising.gain.linearRampToValueAtTime(1, at + timbre.rise);
    amp.gain.setValueAtTime(peak * 0.5, at);
    amp.gain.setTargetAtTime(peak * 0.5 * timbre.stay, at + timbre.rise, timbre.fall / 3);
    const waves = timbre.waves.map(([type, factor, share]) => {
      const wave = audio.createOscillator();
      const part = audio.createGain();
      wave.type = type;
      wave.frequency.value = hz * factor;
      wave.detune.value = cents;
      part.gain.value = share;
      wave.connect(part).connect(filter);
      wave.start(at);
      if (!timbre.stay) wave.stop(at + timbre.rise + (timbre.fall / 3) * TAIL * 2);
      return wave;
    });
    filter.connect(rising).connect(amp).connect(out);
    keep({ channel: number, note, amp, waves, timbre, held: true, kept: false, ending: false }, waves[0]);
  }

  /** @param {number} number @param {number} note @param {number} peak @param {number} at */
  function strike(number, note, peak, at) {
    const audio = /** @type {AudioContext} */ (context);
    const amp = audio.createGain();
    const { tone, noise } = STROKES[KIT[note]] ?? tom(note);
    /** @type {AudioScheduledSourceNode[]} */
    const sources = [];
    const seconds = Math.max(tone?.[2] ?? 0, noise?.[3] ?? 0);
    amp.gain.value = peak;
    if (tone) {
      const wave = audio.createOscillator();
      wave.frequency.setValueAtTime(tone[0], at);
      wave.frequency.exponentialRampToValueAtTime(tone[1], at + tone[2] / 2);
      wave.connect(fading(at, tone[2], tone[3])).connect(amp);
      sources.push(wave);
    }
    if (noise) {
      const source = audio.createBufferSource();
      const filter = audio.createBiquadFilter();
      source.buffer = hiss;
      source.loop = true;
      [filter.type, filter.frequency.value, filter.Q.value] = noise;
      source.connect(filter).connect(fading(at, noise[3], noise[4])).connect(amp);
      sources.push(source);
    }
    amp.connect(channel(number).out);
    for (const one of sources) {
      one.start(at);
      one.stop(at + seconds * 2);
    }
    keep({ channel: number, note, amp, waves: [], timbre: null, held: false, kept: false, ending: false }, sources[0]);
  }

  /** @param {number} at @param {number} seconds @param {number} share */
  function fading(at, seconds, share) {
    const gain = /** @type {AudioContext} */ (context).createGain();
    gain.gain.setValueAtTime(share, at);
    gain.gain.setTargetAtTime(0, at + 0.002, seconds / 3);
    return gain;
  }

  /** @param {Voice} one @param {AudioScheduledSourceNode} source ends with it */
  function keep(one, source) {
    voices.add(one);
    source.onended = () => {
      voices.delete(one);
      one.amp.disconnect();
    };
  }

  /** @param {number} number @param {number} note @param {number} at */
  function release(number, note, at) {
    const pedal = channel(number).pedal;
    for (const one of voices) {
      if (one.channel !== number || one.note !== note || !one.held) continue;
      one.held = false;
      one.kept = pedal;
      if (!pedal && one.timbre) end(one, at, one.timbre.end);
    }
  }

  /** @param {Voice} one @param {number} at @param {number} seconds */
  function end(one, at, seconds) {
    if (one.ending && seconds > CUT_S) return;
    one.held = one.kept = false;
    one.ending = true;
    one.amp.gain.cancelScheduledValues(at);
    one.amp.gain.setTargetAtTime(0, at, seconds / 3);
    for (const wave of one.waves) wave.stop(at + (seconds / 3) * TAIL * 1.5);
  }

  /** @param {number} number @param {number} which @param {number} value @param {number} at */
  function control(number, which, value, at) {
    const state = channel(number);
    if (which === SUSTAIN) {
      state.pedal = value >= 64;
      if (!state.pedal) for (const one of voices) if (one.channel === number && one.kept && one.timbre) end(one, at, one.timbre.end);
    } else if (which === VOLUME || which === EXPRESSION) {
      state[which === VOLUME ? "volume" : "expression"] = value;
      state.out.gain.setTargetAtTime(loud(state.volume) * loud(state.expression), at, 0.01);
    } else if (which === SOUND_OFF || which === NOTES_OFF) {
      for (const one of voices) if (one.channel === number) end(one, at, which === SOUND_OFF ? CUT_S : one.timbre?.end ?? CUT_S);
    } else if (which === RESET) {
      control(number, SUSTAIN, 0, at);
      control(number, EXPRESSION, 127, at);
      bend(number, 0, at);
    }
  }

  /** @param {number} number @param {number} cents @param {number} at */
  function bend(number, cents, at) {
    channel(number).cents = cents;
    for (const one of voices) if (one.channel === number) for (const wave of one.waves) wave.detune.setTargetAtTime(cents, at, 0.004);
  }

  /** End all that sounds, and let go of pedals. */
  function silence() {
    if (!context) return;
    const at = Math.max(context.currentTime, last);
    for (const one of voices) end(one, at, CUT_S);
    for (const state of channels.values()) state.pedal = false;
  }

  /** Use no power while nothing sounds. */
  function rest() {
    if (voices.size) resting = setTimeout(rest, REST_MS);
    else if (context?.state === "running") context.suspend().catch(() => {});
  }

  return {
    wake,
    play,
    silence,
    /** Whether a note is held or kept by the pedal. */
    holds: () => [...voices].some((one) => one.timbre && !one.ending && (one.held || one.kept)),
    /** "ready"; "blocked" until somebody has clicked or typed; "none" where there is no Web Audio. */
    state: () => (typeof AudioContext !== "function" ? "none" : allowed || context?.state === "running" ? "ready" : "blocked"),
    close() {
      clearTimeout(resting);
      silence();
      const gone = context;
      if (gone) gone.onstatechange = null;
      setTimeout(() => gone?.close().catch(() => {}), CLOSE_MS); // without a click
      context = null;
      voices.clear();
      channels.clear();
    },
  };
}

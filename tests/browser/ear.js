// Runs inside the page, as `ear`: listens to what really goes to the loudspeaker, a hundred times a
// second. Every node that is joined with a destination is joined with an analyser too.
window.ear = (() => {
  const taps = [];
  const join = AudioNode.prototype.connect;
  const heard = new Float32Array(16384);
  const LATEST = 1024;
  let loudest = 0;
  let first = 0;

  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const tap = this.context.createAnalyser();
      tap.fftSize = heard.length;
      join.call(this, tap);
      taps.push(tap);
    }
    return join.call(this, to, ...rest);
  };

  function rms(tap) {
    tap.getFloatTimeDomainData(heard);
    return Math.sqrt(heard.subarray(-LATEST).reduce((sum, one) => sum + one * one, 0) / LATEST);
  }

  /** How loud it is now: all that sounds in this page. */
  const now = () => taps.filter((tap) => tap.context.state === "running").reduce((sum, tap) => sum + rms(tap), 0);

  setInterval(() => {
    const level = now();
    if (level > 0.003 && !first) first = performance.timeOrigin + performance.now();
    loudest = Math.max(loudest, level);
  }, 10);

  /** The loudest moment since the last time this was asked. */
  function peak() {
    const found = loudest;
    loudest = first = 0;
    return found;
  }

  /** The pitch that is heard most, in Hz. */
  function pitch() {
    let best = [-Infinity, 0];
    for (const tap of taps.filter((one) => one.context.state === "running")) {
      const bins = new Float32Array(tap.frequencyBinCount);
      tap.getFloatFrequencyData(bins);
      bins.forEach((level, at) => {
        if (level > best[0]) best = [level, (at * tap.context.sampleRate) / tap.fftSize];
      });
    }
    return best[1];
  }

  return { now, peak, pitch, first: () => first };
})();

// What is asked of the kernel, and kept up to date.

/** Keep an answer up to date: one question at a time, and again when its mark is another by then.
 * @param {any} panel @param {(answer: any, name: string) => void} show */
export function fresh(panel, show) {
  let has = "";
  let wants = "";
  let asks = false;
  return {
    /** @param {string} mark @param {string} verb @param {() => any} args, whose `name` tells what the answer is about */
    async want(mark, verb, args) {
      wants = mark;
      if (asks) return;
      asks = true;
      while (has !== wants) {
        has = wants;
        const asked = args();
        try {
          show(await panel.ask(verb, asked), asked.name);
        } catch (error) {
          panel.say(/** @type {Error} */ (error).message, "bad");
        }
      }
      asks = false;
    },
  };
}

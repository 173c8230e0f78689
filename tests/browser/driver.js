// Runs inside the page, as `driver`: works JupyterLab and Notebook 7 through the application
// object that both put into the window. Every function that waits gives up after `limit` ms.
window.driver = (() => {
  const limit = 60_000;
  let panel = null;

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Look again and again; returns what was found, or null after `ms`. */
  async function look(find, ms) {
    for (const start = performance.now(); performance.now() - start < ms; await pause(20)) {
      const found = find();
      if (found) return found;
    }
    return null;
  }

  const late = (what) => new Error(`${what}: not within ${limit / 1000} s`);

  async function until(find, what) {
    const found = await look(find, limit);
    if (!found) throw late(what);
    return found;
  }

  async function within(promise, what) {
    const overdue = pause(limit).then(() => {
      throw late(what);
    });
    return Promise.race([promise, overdue]);
  }

  const plain = (lines) => lines.join("\n").replace(/\x1b\[[0-9;]*m/g, "");

  const cell = (index) => {
    const found = panel.content.widgets[index];
    if (!found) throw new Error(`no cell ${index}: there are ${panel.content.widgets.length}`);
    return found;
  };

  const main = (app) => [...app.shell.widgets("main")];

  /** Wait until the notebook is on the screen and its kernel answers. */
  async function open(path) {
    const app = await until(() => window.jupyterapp, "the application");
    await within(app.restored, "the application's layout");
    panel = await until(() => main(app).find((one) => one.context?.path === path), path);
    await within(panel.context.ready, "the notebook's content");
    await within(panel.sessionContext.ready, "the notebook's kernel");
    await within(panel.sessionContext.session.kernel.info, "the kernel's answer");
  }

  /** Open a notebook beside those that are open, or bring it to the front. */
  async function beside(path) {
    await within(jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" }), path);
    await open(path);
    jupyterapp.shell.activateById(panel.id);
  }

  /** Close everything that is open, unsaved as it is. */
  function clear() {
    for (const one of main(jupyterapp)) one.dispose();
    localStorage.clear();
    hide(false);
    panel = null;
  }

  /** Run one cell, as Ctrl-Enter does; returns its traceback if it raised. */
  async function run(index) {
    cell(index);
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    await within(jupyterapp.commands.execute("notebook:run-cell"), `cell ${index}`);
    const outputs = cell(index).model.outputs.toJSON();
    const error = outputs.find((output) => output.output_type === "error");
    return error ? plain(error.traceback) : null;
  }

  /** Begin to run one cell; does not wait for it. */
  function start(index) {
    cell(index);
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    jupyterapp.commands.execute("notebook:run-cell");
  }

  /** Whether a cell is running, or waits for its turn. */
  const running = (index) => cell(index).node.querySelector(".jp-InputPrompt").innerText.includes("*");

  const cells = () => panel.content.widgets.length;

  /** End the kernel and wait for the new one. */
  async function restart() {
    await within(panel.sessionContext.session.kernel.restart(), "the new kernel");
    await within(panel.sessionContext.session.kernel.info, "the kernel's answer");
  }

  /** Wait until the kernel answers that has taken another one's place. */
  async function answers() {
    const kernel = () => panel.sessionContext.session?.kernel;
    await until(() => ["idle", "busy"].includes(kernel()?.status) && kernel().connectionStatus === "connected", "the next kernel");
    await within(kernel().info, "the kernel's answer");
  }

  let messages = 0;

  const note = (_, { msg }) => {
    if (msg.header.msg_type.startsWith("comm_")) messages++;
  };

  /** Count from now on what is sent to the kernel, and what it sends about widgets. */
  function count() {
    messages = 0;
    panel.sessionContext.session.kernel.anyMessage.disconnect(note);
    panel.sessionContext.session.kernel.anyMessage.connect(note);
  }

  const counted = () => messages;

  /** Send something on a comm that no view of a panel would send. */
  function say(comm_id, content) {
    const kernel = panel.sessionContext.session.kernel;
    const header = { msg_id: crypto.randomUUID(), msg_type: "comm_msg", session: kernel.clientId };
    kernel.sendShellMessage({
      header: { ...header, username: "", version: "5.3", date: new Date().toISOString() },
      parent_header: {}, metadata: {}, channel: "shell", buffers: [],
      content: { comm_id, data: { method: "custom", content } },
    }, false, true);
  }

  /** What axe-core finds that is serious, inside of one element. */
  async function faults(selector) {
    const { violations } = await axe.run(selector, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.any[0]?.message ?? ""}`).join("; ")}`);
  }

  /** Make the page believe that its tab is hidden, or is not any more. */
  function hide(hidden) {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }

  const write = (index, source) => cell(index).model.sharedModel.setSource(source);

  /** What is to be read under a cell. */
  const text = (index) => {
    const outputs = cell(index).node.querySelectorAll(".jp-OutputArea-output");
    return [...outputs].map((output) => output.innerText).join("\n").trim();
  };

  /** What a cell has put out, on the screen or not. */
  const outputs = (index) => cell(index).model.outputs.toJSON();

  /** Wait until a text is to be read under a cell; returns whether it came. */
  const shows = async (index, wanted, ms) =>
    (await look(() => text(index).includes(wanted), ms)) === true;

  /** Run code in the kernel beside the notebook; returns what it prints. */
  async function ask(code) {
    const kernel = panel.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code, silent: true, store_history: false });
    let printed = "";
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === "stream") printed += content.text;
    };
    const { content } = await within(future.done, "the kernel's answer");
    if (content.status !== "ok") throw new Error(plain(content.traceback ?? [content.status]));
    return printed.trim();
  }

  return { open, beside, clear, run, start, running, cells, restart, answers, count, counted, say, hide, faults, write, text, outputs, shows, ask };
})();

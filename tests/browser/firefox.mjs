// Works a notebook in Firefox as somebody would, and prints what came of it as one line of JSON.
// node firefox.mjs ADDRESS NOTEBOOK FIREFOX DRIVER; puppeteer-core is found beside this file.
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const [, , address, notebook, firefox, driver] = process.argv;
// Firefox has MIDI ports of its own for tests, and says yes in place of somebody.
const ports = {
  "dom.webmidi.gated": false,
  "media.navigator.permission.disabled": true,
  "midi.prompt.testing": true,
  "midi.testing": true,
};
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, extraPrefsFirefox: ports });
const page = await browser.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(String(error)));
await page.evaluateOnNewDocument(readFileSync(driver, "utf8"));

/** Call a function of the driver. */
const drive = (name, ...given) => page.evaluate((name, given) => window.driver[name](...given), name, given);

/** Wait for the first button with that text that can be seen, and press it. */
async function press(text) {
  const found = await page.waitForFunction((text) => [...document.querySelectorAll(".mm button, .mm [role=button]")]
    .find((one) => one.textContent.includes(text) && one.offsetParent), {}, text);
  await found.asElement().click({ delay: 30 });
}

/** Wait until a panel says that, and return its words. */
const says = (panel, text) => page.waitForFunction((panel, text) => [...document.querySelectorAll(`.mm-${panel}`)]
  .map((one) => one.innerText).find((said) => said.includes(text)), {}, panel, text).then((one) => one.jsonValue());

try {
  await page.setViewport({ width: 1280, height: 2400 });
  await page.goto(`${address}lab/tree/${notebook}?reset`);
  await drive("open", notebook);
  const cells = await drive("cells");
  for (let index = 0; index < cells; index += 1) {
    const raised = await drive("run", index);
    if (raised) throw new Error(raised);
  }
  await says("pads", "1 of 16 pads mapped");
  await press("hear()");
  await page.keyboard.press("z", { delay: 30 });
  await page.keyboard.down("Shift");
  await page.keyboard.press("Z", { delay: 30 });
  await page.keyboard.up("Shift");
  await page.waitForFunction(async () => (await window.driver.ask("print(len(heard))")) === "3", { polling: 200 });
  const heard = await drive("ask", "print(heard)");

  await press("Connect");
  await says("web", "Test Control MIDI Device Input Port");
  const inputs = await drive("ask", "print(midi)");

  await says("keep", "1 mapping");
  await drive("restart");
  await drive("run", 0);
  await drive("run", 1);
  await press("Restore");
  await says("keep", "restored:");
  const restored = await drive("ask", "midi.virtual.press(36, velocity=9); midi.settle(); print(heard)");
  console.log(JSON.stringify({ heard, inputs, restored, faults }));
} catch (error) {
  console.error(await page.evaluate(() => [...document.querySelectorAll(".mm")].map((one) => one.innerText).join("\n\n")));
  throw error;
} finally {
  await browser.close();
}

// The rehearsal page in the browser: shows what the server drew, and tells it what somebody does.

import * as combo from "./combo.js";
import { valueOf, valuesOf } from "./form.js";
import * as morph from "./morph.js";
import { listen, panes, payload, post } from "./server.js";

const NARROW = matchMedia("(max-width: 899px)");
const NOTICE_MILLISECONDS = 7000;
const NEAR_BOTTOM = 80;
const LONGEST_NEWS = 300;

const body = document.body;
const modal = document.getElementById("modal");
const notice = document.getElementById("notice");
const look = lookOf(new URLSearchParams(location.search));
let shown = { ...look }; // where one looked when what stands there was drawn: what is done there is done by that person
const bottoms = new Map();
const drafts = new Map();
let drawing = null;
let following = null;
let noticeTimer = 0;

// Where one looks

function lookOf(query) {
  const acting = document.querySelector("[data-as][aria-current]");
  const place = document.querySelector("[data-place][aria-current]");
  return {
    as: query.get("as") || acting.dataset.as,
    place: query.get("place") || place?.dataset.place || "",
    thread: query.get("thread") || "",
    inspect: query.get("inspect") || "",
  };
}

function query() {
  const pane = body.dataset.pane;
  const reading = document.hidden ? "" : NARROW.matches ? pane.replace("side", "thread") : "main,thread";
  return new URLSearchParams({ ...look, reading });
}

function go(change, pane) {
  Object.assign(look, change);
  if (pane) body.dataset.pane = pane;
  const { as, place, thread, inspect } = look;
  history.pushState({ pane: body.dataset.pane }, "", `?${new URLSearchParams({ as, place, thread, inspect })}`);
  return refresh();
}

addEventListener("popstate", (event) => {
  Object.assign(look, lookOf(new URLSearchParams(location.search)));
  body.dataset.pane = event.state?.pane ?? "main";
  refresh();
});

// Showing

/** Draw how things are from now on. What is on its way already may be older, so another follows it. */
function refresh() {
  if (drawing) return (following ??= drawing.catch(() => {}).then(drawNext));
  drawing = draw().finally(() => (drawing = null));
  return drawing;
}

function drawNext() {
  following = null;
  return refresh();
}

async function draw() {
  const asked = { ...look };
  const drawn = (await panes(query())).panes;
  if (!isSame(asked, look)) return; // whoever looks elsewhere has asked for the next drawing
  const focused = whereFocusIs();
  const known = new Set([...document.querySelectorAll(".message")].map((one) => one.id));
  keepDrafts();
  for (const [name, html] of Object.entries(drawn)) {
    morph.show(document.querySelector(`[data-pane-name="${name}"]`), html);
  }
  arrange();
  bringDrafts();
  keepAtBottom();
  if (isSame(shown, asked)) tellNews(known);
  shown = asked;
  showModal();
  refocus(focused);
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function arrange() {
  body.dataset.side = look.inspect ? "inspector" : document.querySelector("#side .messages") ? "thread" : "";
  if (!body.dataset.side && body.dataset.pane === "side") body.dataset.pane = "main";
  for (const one of document.querySelectorAll("[data-combo]:not([data-ready])")) {
    combo.showChosen(one);
    one.toggleAttribute("data-ready", true);
  }
}

// What somebody has begun to write waits for them where they wrote it, and for nobody else.

function composers() {
  return [...document.querySelectorAll("[data-composer]")].map((form) => [form.dataset.key, form.elements[0]]);
}

function keepDrafts() {
  for (const [key, field] of composers()) drafts.set(key, field.value);
}

function bringDrafts() {
  for (const [key, field] of composers()) field.value ||= drafts.get(key) ?? "";
}

function keepAtBottom() {
  for (const box of document.querySelectorAll("[data-scroll]")) {
    const name = box.dataset.scroll;
    const left = bottoms.get(box);
    if (left === undefined || left.name !== name || left.near) box.scrollTop = box.scrollHeight;
    bottoms.set(box, { name, near: true });
    box.onscroll = () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_BOTTOM;
      bottoms.set(box, { name: box.dataset.scroll, near });
    };
  }
}

function tellNews(known) {
  const fresh = [...document.querySelectorAll(".message")].filter((one) => !known.has(one.id));
  const lines = fresh.map((one) => {
    const line = document.createElement("p");
    const text = one.querySelector(".body").innerText.replaceAll(/\s+/g, " ");
    line.textContent = text.slice(0, LONGEST_NEWS);
    return line;
  });
  if (lines.length) document.getElementById("news").replaceChildren(...lines);
}

function tell(text) {
  clearTimeout(noticeTimer);
  notice.textContent = text ?? "";
  notice.hidden = !text;
  if (text) noticeTimer = setTimeout(() => tell(null), NOTICE_MILLISECONDS);
}

// Focus

function whereFocusIs() {
  const held = document.activeElement;
  if (!held || held === body) return null;
  return { held, key: held.dataset.key ?? "", message: held.closest(".message")?.id, pane: held.closest("[data-pane-name]") };
}

function refocus(was) {
  if (!was || (was.held.isConnected && was.held === document.activeElement)) return;
  if (document.activeElement !== body && document.activeElement !== modal) return;
  const keyed = [...document.querySelectorAll("[data-key]")];
  const [place, action] = was.key.split("|");
  const target =
    (was.held.isConnected && was.held) ||
    keyed.find((one) => was.key && one.dataset.key === was.key) ||
    keyed.find((one) => action && one.dataset.key.startsWith(`${place}|${action}|`)) ||
    document.getElementById(was.message ?? "")?.querySelector("article") ||
    was.pane?.querySelector("[tabindex], button");
  target?.focus({ preventScroll: true });
}

// The modal

function showModal() {
  const form = modal.querySelector("form.modal");
  if (!form) {
    if (modal.open) modal.close();
    delete modal.dataset.shown;
    return;
  }
  if (!modal.open) modal.showModal();
  const invalid = form.querySelector("[aria-invalid]");
  if (modal.dataset.shown !== form.dataset.viewId) {
    modal.dataset.shown = form.dataset.viewId;
    (form.querySelector("[autofocus]") ?? form.querySelector(".modal-body :is(input, textarea, select)") ?? form.querySelector("h2")).focus();
  } else if (invalid && !form.contains(document.activeElement?.closest("[aria-invalid]"))) invalid.focus();
}

modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (modal.open) act("close", { as: shown.as, all: false });
});

function confirmed(text) {
  const dialog = document.getElementById("confirm");
  const asked = JSON.parse(text);
  for (const [id, words] of [["title", asked.title], ["text", asked.text], ["deny", asked.deny], ["yes", asked.confirm]]) {
    document.getElementById(`confirm-${id}`).textContent = words;
  }
  document.getElementById("confirm-yes").classList.toggle("danger", asked.style === "danger");
  dialog.returnValue = "deny";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "confirm"), { once: true });
  });
}

// Doing

async function act(deed, more) {
  return ask(`/act/${deed}`, more);
}

async function ask(path, more) {
  try {
    const answer = await post(path, { as: look.as, ...more });
    tell(answer.notice);
    await refresh();
    return answer;
  } catch (problem) {
    console.warn(String(problem));
    tell("The rehearsal does not answer. Is it still running in the terminal?");
    return { kind: "lost" };
  }
}

async function press(element, value) {
  if (element.getAttribute("aria-busy") === "true") return;
  if (element.dataset.confirm && !(await confirmed(element.dataset.confirm))) return;
  element.setAttribute("aria-busy", "true");
  await act("press", { as: shown.as, ...whereIs(element), action: element.dataset.action, block: element.dataset.block, value });
  element.removeAttribute("aria-busy");
}

function whereIs(element) {
  const message = element.closest(".message");
  if (message) return { where: "message", channel: message.dataset.channel, ts: message.dataset.ts };
  const form = element.closest("form.modal");
  return form ? { where: "modal", form: valuesOf(form) } : { where: "home" };
}

async function submit(form) {
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await act("submit", { as: shown.as, view: form.dataset.viewId, form: valuesOf(form) });
  button.removeAttribute("aria-busy");
  modal.querySelector("[aria-invalid]")?.focus();
}

async function say(form) {
  const field = form.querySelector("textarea");
  const text = field.value;
  if (!text.trim()) return;
  field.value = "";
  const { key, channel, threadTs } = form.dataset;
  const answer = await act("say", { as: shown.as, text, channel, thread: threadTs });
  if (answer.kind !== "lost") return;
  drafts.set(key, text);
  bringDrafts();
}

async function visit(place, thread) {
  const moved = go({ place, thread, inspect: "" }, thread ? "side" : "main");
  if (place === "home") await act("home", {});
  await moved;
}

const clicks = {
  as: (one) => go({ as: one.dataset.as, ...(NARROW.matches ? { thread: "" } : {}) }, "main"),
  place: (one) => visit(one.dataset.place, one.dataset.openThread ?? ""),
  thread: (one) => go({ thread: one.dataset.thread, inspect: "" }, one.dataset.thread ? "side" : "main"),
  inspect: (one) => {
    document.getElementById("controls").hidePopover?.();
    return go({ inspect: one.dataset.inspect }, one.dataset.inspect ? "side" : "main");
  },
  show: (one) => {
    body.dataset.pane = one.dataset.show;
    return refresh();
  },
  move: (one) => ask("/clock", { move: one.dataset.move }),
  run: (one) => ask("/clock", { run: one.dataset.run === "on" }),
  players: (one) => ask("/players", { do: one.dataset.players, who: one.dataset.who ?? "" }),
  trouble: (one) => {
    one.closest("details").open = false;
    return ask("/trouble", { kind: one.dataset.trouble });
  },
  close: (one) => act("close", { as: shown.as, all: one.dataset.close === "all" }),
};

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-press]");
  if (pressed) {
    press(pressed, pressed.dataset.value || null);
    return;
  }
  for (const [name, deed] of Object.entries(clicks)) {
    const one = event.target.closest(`button[data-${name}]`);
    if (one && !one.disabled) {
      deed(one);
      return;
    }
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-dispatch]");
  if (field) press(field, valueOf(field));
  else if (event.target.matches("[data-overflow]") && event.target.value) press(event.target, event.target.value);
});

document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  event.preventDefault();
  if (event.target.matches("form.modal")) submit(event.target);
  else if (event.target.matches("[data-composer]")) say(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("[data-composer] textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
  if (event.key === "Escape") {
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("toggle", async (event) => {
  const details = event.target;
  const key = details.dataset?.payload;
  const text = key && details.open ? details.querySelector("pre") : null;
  if (text) {
    text.textContent = await payload(key);
    text.toggleAttribute("data-filled", true);
    details.scrollIntoView({ block: "nearest" });
  }
}, true);

document.addEventListener("visibilitychange", () => document.hidden || refresh());
NARROW.addEventListener("change", refresh);

morph.begin();
combo.begin();
arrange();
keepAtBottom();
showModal();
listen(refresh, (lost) => {
  document.getElementById("lost").hidden = !lost;
});

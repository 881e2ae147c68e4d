// Keeps the counsellors' console up to date and gives it keys. The page works without it, as plain forms.
"use strict";

const page = document.body.dataset;
const at = (id) => document.getElementById(id);
const SEND_TIMEOUT_MS = 10000;
const RETRY_MS = 3000;
const MINUTE_MS = 60000;

// --- The stream ------------------------------------------------------------------------------------------------------

let known = null; // The handoffs seen waiting; null until the first event, which is no news.

function listen() {
  const source = new EventSource(page.stream);
  const on = (event, handle) => source.addEventListener(event, (message) => handle(JSON.parse(message.data)));
  source.onopen = () => { at("connection").hidden = true; };
  source.onerror = () => {
    say(page.offline);
    // The browser comes back by itself with the last line it saw, unless it was refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(comeBack, RETRY_MS);
  };
  on("queue", showQueue);
  on("message", showMessage);
  on("state", showState);
  on("erased", (data) => { source.close(); showErased(data.text); });
  on("signed_out", () => { source.close(); showEnded(); });
}

async function comeBack() {
  try {
    const answer = await fetch("/console", { signal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
    if (answer.ok && (await answer.text()).includes('action="/console/sign-in"')) return showEnded();
  } catch { /* Still no connection. */ }
  listen();
}

function say(text) {
  const line = at("connection");
  if (line.textContent !== text) line.textContent = text;
  line.hidden = false;
}

function showEnded() {
  say(page.ended);
  // What somebody is writing is not thrown away.
  if (!at("text")?.value) location.assign("/console");
}

function showErased(text) {
  const line = document.createElement("p");
  line.className = "locked";
  line.textContent = text;
  at("log").replaceChildren();
  at("composer").replaceChildren(line);
  at("status").querySelector(".deeds")?.remove();
}

function showQueue({ waiting, handoffs, html }) {
  document.title = waiting ? `(${waiting}) Baken` : "Baken";
  const queue = at("queue");
  const selected = document.activeElement?.closest?.("#queue .row")?.dataset.id;
  queue.innerHTML = html; // Rendered and escaped by the gateway.
  if (selected) queue.querySelector(`.row[data-id="${selected}"]`)?.focus({ preventScroll: true });
  if (known && handoffs.some((id) => !known.has(id))) notify();
  known = new Set(handoffs);
}

function showMessage({ html }) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const message = holder.content.firstElementChild;
  if (at(message.id)) return;
  const log = at("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(message);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function showState({ key, status, composer }) {
  if (at("status").firstElementChild?.dataset.key === key) return;
  const draft = at("text")?.value;
  at("status").innerHTML = status;
  at("composer").innerHTML = composer;
  if (draft && at("text")) at("text").value = draft;
}

setInterval(() => {
  for (const time of document.querySelectorAll(".since")) {
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / MINUTE_MS));
    time.textContent = page.minutes.replace("{n}", minutes);
  }
}, MINUTE_MS / 4);

// --- Notifications: neutral words, since others may see the screen ---------------------------------------------------

function offerNotifications() {
  if (!("Notification" in window) || Notification.permission === "denied") return;
  const button = at("notify");
  const show = () => {
    const granted = Notification.permission === "granted";
    button.hidden = Notification.permission === "denied";
    button.disabled = granted;
    if (granted) button.textContent = page.notified;
  };
  button.addEventListener("click", async () => { await Notification.requestPermission(); show(); });
  show();
}

function notify() {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  // One tag: several tabs show one notification.
  const shown = new Notification(page.news, { tag: "baken-queue", renotify: true });
  shown.onclick = () => { window.focus(); shown.close(); };
}

// --- Sending -----------------------------------------------------------------------------------------------------------

let tried = null; // The text of the last try that did not get an answer.

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

async function send(form) {
  const { text, client_id: id } = form.elements;
  const button = form.querySelector("button");
  const problem = at("send-problem");
  if (!text.value.trim() || button.disabled) return;
  // The same text again is the same message, should the first try have arrived after all; another text is another.
  if (tried !== null && tried !== text.value) id.value = newId();
  tried = text.value;
  button.disabled = true;
  problem.hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).text ?? "");
    tried = null;
    id.value = newId();
    text.value = "";
  } catch (error) {
    problem.textContent = error.constructor === Error && error.message ? error.message : page.notSent;
    problem.hidden = false;
  } finally {
    button.disabled = false;
    text.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "reply") {
    event.preventDefault();
    send(form);
  } else if (form.dataset.sure && !confirm(form.dataset.sure)) {
    event.preventDefault();
  }
});

// --- Keys --------------------------------------------------------------------------------------------------------------

function move(step) {
  const rows = [...document.querySelectorAll("#queue .row")];
  if (!rows.length) return;
  const from = document.activeElement?.closest?.("#queue .row") ?? document.querySelector("#queue .row[aria-current]");
  const next = from ? rows.indexOf(from) + step : 0;
  rows[Math.min(Math.max(next, 0), rows.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  const inField = event.target.matches("input, textarea");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && inField) return event.target.blur();
  if (inField || event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
  const inQueue = !at("log") || event.target.closest("#queue");
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: inQueue && (() => move(1)),
    ArrowUp: inQueue && (() => move(-1)),
    r: () => at("text")?.focus(),
    "?": () => at("help").showModal(),
    Enter: !event.target.closest("a, button") && at("claim") && (() => at("claim").requestSubmit()),
  };
  const act = Object.hasOwn(keys, event.key) && keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

at("keys").hidden = false;
at("keys").addEventListener("click", () => at("help").showModal());
if (at("log")) at("log").scrollTop = at("log").scrollHeight;
offerNotifications();
listen();

/*
 * <baken-chat>: a conversation with Baken on any website, without dependencies and without a build.
 *
 *   <script src="https://gateway.example/widget.js" defer></script><baken-chat></baken-chat>
 *
 * Attributes: server, language, open, link. Events: baken-open, baken-close. Theming: docs/embedding.md.
 *
 * Promises: what was written survives a bad network and a reload and arrives once; nothing is left in the browser but
 * sessionStorage, and nothing at all after "Leave quickly"; only the gateway is ever asked; 112 can be called before it
 * answered. No inline style, no markup from strings: a strict Content-Security-Policy of the host is fine.
 */
(() => {
  "use strict";

  const SCRIPT = document.currentScript;
  const HOME = SCRIPT && SCRIPT.src ? new URL(SCRIPT.src).origin : location.origin;
  const STORAGE = "chat";
  const FIRST_DELAY_MS = 500;
  const LONGEST_DELAY_MS = 10000;
  const REQUEST_MS = 20000;
  // The gateway sends a line every 15 s: after three missed ones the connection is dead, whatever the browser thinks.
  const SILENCE_MS = 45000;
  // Our own message comes back on the stream at once; if not, something on the way keeps it until the stream ends.
  const ECHO_MS = 3000;
  const POLL_MS = 1500;
  const POLLING_FOR_MS = 300000;
  const LEAVE_KEYS = 3;
  const LEAVE_MS = 5000;

  // What is said until the gateway's texts have come.
  const ENGLISH = {
    open: "Write to us", title: "Info & Contact", close: "Close",
    leave: "Leave quickly", leave_hint: "Leaves this page at once. The history of the browser stays.",
    language: "Language", emergency: "Emergency", human: "A human", menu: "Topics",
    erase: "Erase", erase_sure: "Erase the whole conversation? It cannot be undone.",
    yes_erase: "Yes, erase", no: "No", erased: "The conversation is erased.",
    erase_failed: "No connection. It is not erased yet: try again.",
    write: "Write here…", send: "Send", log: "Conversation",
    you: "You", bot: "Program", counsellor: "Counsellor", system: "Note",
    waiting: "Sending…", offline: "No connection. What you wrote is kept and sent again.",
    failed: "Not sent.", again: "Try again", address: "Address", source: "Last checked: {date}",
    notice: "A computer program answers. It is free. Nobody asks your name.",
  };
  const EXIT_URL = "https://www.wikipedia.org/";

  const ICONS = {
    chat: "M4 4h16v12H9l-5 4z",
    phone: "M6 3h3l2 5-2.5 1.8a12 12 0 0 0 5.7 5.7L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
    close: "M6 6l12 12M18 6L6 18",
    send: "M12 20V5M5 11l7-7 7 7",
    leave: "M10 4H5v16h5M10 12h11M17 8l4 4-4 4",
  };

  const CSS = `
:host { all: initial; --accent: var(--baken-accent, #2a5d84); --accent-text: var(--baken-accent-text, #fff);
  --surface: var(--baken-surface, #fff); --raised: var(--baken-raised, #f2f5f7); --text: var(--baken-text, #1c2730);
  --muted: var(--baken-muted, #566470); --line: var(--baken-line, #d5dde3); --alert: var(--baken-alert, #a3261d);
  --good: var(--baken-good, #1f6b45); --radius: var(--baken-radius, 14px); color-scheme: light; }
@media (prefers-color-scheme: dark) { :host { --accent: var(--baken-accent, #8fc1e8);
  --accent-text: var(--baken-accent-text, #0c1a25); --surface: var(--baken-surface, #161c21);
  --raised: var(--baken-raised, #222b32); --text: var(--baken-text, #e8eef2); --muted: var(--baken-muted, #a7b4be);
  --line: var(--baken-line, #3a4650); --alert: var(--baken-alert, #ff9d94); --good: var(--baken-good, #7fd3a6);
  color-scheme: dark; } }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { font: 400 .95em/1.45 var(--baken-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  color: var(--text); text-align: start; }
button, select, textarea { font: inherit; color: inherit; }
button, select, a { touch-action: manipulation; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 1.2em; height: 1.2em; flex: none; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
h2, h3, p { margin: 0; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher, .panel { position: fixed; z-index: var(--baken-z, 2147483000); inset-inline-end: 16px; bottom: 16px; }
.launcher { display: flex; align-items: center; gap: .5em; min-height: 48px; padding: .6em 1.15em; border: 0;
  border-radius: 999px; background: var(--accent); color: var(--accent-text); font-weight: 600;
  box-shadow: 0 2px 10px rgb(0 0 0 / .25); }
.launcher:focus-visible { outline-color: var(--text); }
.panel { display: flex; flex-direction: column; width: 25em; max-width: calc(100vw - 32px); height: 42em;
  max-height: calc(100vh - 32px); overflow: hidden; background: var(--surface); border: 1px solid var(--line);
  border-radius: var(--radius); box-shadow: 0 8px 32px rgb(0 0 0 / .25); }
.head { padding: .6em .75em .5em; border-bottom: 1px solid var(--line); display: grid; gap: .35em; }
.row { display: flex; align-items: center; gap: .5em; min-width: 0; }
.leave, .sos { display: flex; align-items: center; gap: .4em; min-height: 44px; padding: .25em .8em;
  border-radius: 10px; font-weight: 600; }
.leave { border: 0; background: var(--text); color: var(--surface); margin-inline-end: auto; }
[dir=rtl] .leave svg { transform: scaleX(-1); }
.sos { border: 1px solid var(--alert); color: var(--alert); text-decoration: none; }
.icon { display: grid; place-items: center; width: 44px; height: 44px; flex: none; padding: 0; border: 0;
  border-radius: 10px; background: none; }
.icon:hover { background: var(--raised); }
h2 { font-size: 1.05em; font-weight: 600; flex: 1; min-width: 0; overflow-wrap: anywhere; }
select { min-height: 38px; max-width: 11em; font-size: .95em; padding: .2em .5em; border: 1px solid var(--line); border-radius: 10px;
  background: var(--surface); }
.hint { font-size: .76em; line-height: 1.3; color: var(--muted); }
.scroll { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: .75em; position: relative; }
.log { display: flex; flex-direction: column; gap: .6em; }
.scroll:focus-visible { outline-offset: -3px; }
.message { display: grid; gap: .35em; max-width: 90%; align-self: flex-start; justify-items: start; }
.message.person { align-self: flex-end; justify-items: end; }
.message.system { align-self: center; }
.said { padding: .5em .8em; border-radius: var(--radius); background: var(--raised); white-space: pre-line;
  overflow-wrap: anywhere; }
.person .said { background: var(--accent); color: var(--accent-text); }
.counsellor .said { border: 2px solid var(--good); }
.system .said { background: none; color: var(--muted); font-size: .9em; padding: 0 .5em; text-align: center; }
.who { font-size: .8em; font-weight: 600; color: var(--good); }
.state { font-size: .8em; color: var(--muted); display: flex; align-items: center; gap: .5em; }
.state.failed { color: var(--alert); }
.said a { color: inherit; font-weight: 600; }
a bdi { white-space: nowrap; }
.choices { display: flex; flex-wrap: wrap; gap: .4em; }
.choice, .tool, .plain { min-height: 44px; padding: .35em .9em; border: 1px solid var(--accent); border-radius: 999px;
  background: var(--surface); color: var(--accent); font-weight: 600; text-align: start; overflow-wrap: anywhere; }
.choice:hover, .tool:hover { background: var(--raised); }
.old .choice { min-height: 34px; padding: .15em .7em; font-size: .85em; font-weight: 400; color: var(--muted);
  border-color: var(--line); }
.card { width: 100%; display: grid; gap: .4em; padding: .75em .85em; border: 1px solid var(--line);
  border-radius: var(--radius); overflow-wrap: anywhere; font-size: .95em; }
.cards { display: grid; gap: .5em; width: 100%; }
.message.wide { width: 100%; max-width: 100%; }
.wide > .said { max-width: 90%; }
h3 { font-size: 1.05em; }
.call { display: flex; flex-wrap: wrap; align-items: center; gap: .6em; min-height: 48px; padding: .4em .9em; border-radius: 10px;
  background: var(--accent); color: var(--accent-text); text-decoration: none; }
.call bdi { font-weight: 700; font-size: 1.1em; }
.call span { font-size: .85em; }
.hours.open { color: var(--good); font-weight: 600; }
.card a:not(.call) { color: var(--accent); }
.fact { color: var(--muted); font-size: .9em; }
.fact b { color: var(--text); font-weight: 600; }
.fact.stale { color: var(--alert); }
.dots { align-self: flex-start; margin-top: .6em; width: fit-content; padding: .2em 1em; border-radius: var(--radius);
  background: var(--raised); color: var(--muted); font-weight: 700; }
.status { padding: .4em .85em; font-size: .9em; background: var(--raised); border-top: 1px solid var(--line); }
.status:empty { display: none; }
.tools { display: flex; flex-wrap: wrap; gap: .35em; padding: .5em .6em 0; border-top: 1px solid var(--line); }
.tool { flex: 1 1 auto; min-height: 40px; padding: .2em .5em; font-size: .85em; text-align: center;
  border-color: var(--line); color: var(--text); }
.tool.urgent { border-color: var(--alert); color: var(--alert); }
.confirm { padding: .75em .85em; border-top: 1px solid var(--line); display: grid; gap: .6em; }
.plain.sure { border-color: var(--alert); color: var(--alert); }
form { display: flex; align-items: flex-end; gap: .5em; padding: .5em .6em .6em; }
::placeholder { color: var(--muted); opacity: 1; }
textarea:focus-visible { outline-width: 2px; outline-offset: 0; }
textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 8em; field-sizing: content; resize: none; margin: 0;
  padding: .55em .8em; border: 1px solid var(--muted); border-radius: 12px; background: var(--surface);
  font-size: max(1em, 16px); }
.send { background: var(--accent); color: var(--accent-text); border-radius: 50%; }
.send:hover { background: var(--accent); opacity: .9; }
@media (max-width: 480px), (max-height: 460px) {
  .panel { inset: 0; width: auto; max-width: none; height: 100vh; height: 100dvh; max-height: none; border: 0;
    border-radius: 0; padding-bottom: env(safe-area-inset-bottom); } }
@media (max-width: 340px) { .leave, .sos { padding-inline: .6em; } .tool { font-size: .8em; padding-inline: .35em; } }
@media (max-height: 460px) { .hint { display: none; } }
@media (prefers-reduced-motion: no-preference) {
  .dots { animation: breathe 1.6s ease-in-out infinite; } @keyframes breathe { 50% { opacity: .45; } } }
@media (forced-colors: active) { .said, .launcher, .leave, .call, .send { border: 1px solid; } }
`;

  /** An element with properties, attributes (names with "-", "role", "dir", "part" …) and children. */
  function h(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props || {})) {
      if (value === null || value === undefined) continue;
      if (key === "class") node.className = value;
      else if (key in node && key !== "part" && key !== "role") node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  /** Give a root its style: a constructed sheet needs no permission from the host's policy. */
  function dress(root, css) {
    if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } else {
      (root.head || root).append(h("style", { textContent: css }));
    }
  }

  // crypto.randomUUID is missing on pages without TLS.
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  const primary = (tag) => (tag || "").toLowerCase().split(/[-_]/)[0];
  // A proxy without its gateway may also say 404: only the gateway's own word ends a conversation.
  const isGone = (status, data) => status === 404 && Boolean(data) && data.error === "unknown_conversation";
  /** What a link asks for (?lang=ro&topic=work), taken out of the address; null when it asks for nothing. */
  function takeLink() {
    const url = new URL(location.href);
    const names = ["lang", "topic"];
    if (!names.some((name) => url.searchParams.has(name))) return null;
    const [language, topic] = names.map((name) => (/^[\w-]{2,35}$/.exec(url.searchParams.get(name)) || [""])[0]);
    for (const name of names) url.searchParams.delete(name);
    history.replaceState(history.state, "", url);
    return { language, topic };
  }

  const isWeb = (url) => /^https?:\/\//i.test(url || "");

  // --- Telephone numbers in running text -------------------------------------------------------------------------

  const SHORT = new Set("112 101 100 102 103 105 106 107 108 110 1712 1733 1813".split(" "));
  // International, Belgian mobile (10 digits), other Belgian (9 digits), European 116 numbers, then anything short
  // enough to stand in a list. No look-behind: older phones cannot read a script that has one.
  const NUMBER = new RegExp(
    ["(?:\\+|00)[1-9](?:[ \\u00a0./-]?(?:\\(0\\))? ?\\d){6,13}(?!\\d)", "04[5-9]\\d(?:[ \\u00a0./-]?\\d){6}(?!\\d)",
      "0[1-9](?:[ \\u00a0./-]?\\d){7}(?!\\d)", "116[ \\u00a0.]?\\d{3}(?!\\d)", "(\\d+)"].join("|"),
    "g",
  );
  const NOT_AFTER = /(?:\d[ \u00a0.,-]?|[€$£]\s?|[A-Za-z_#+])$/;
  const NOT_BEFORE = /^(?:[A-Za-z_\d]|[.,]\d|[ \u00a0-]\d{3}(?!\d)|\s?(?:[€$£%]|eur))/i;

  /** What to dial for a number as it is written. Belgian numbers get the prefix, since many phones are foreign. */
  function dial(number) {
    const digits = number.replace("(0)", "").replace(/\D/g, "");
    if (number.startsWith("+")) return `+${digits}`;
    if (digits.startsWith("00")) return `+${digits.slice(2)}`;
    return /^0[1-7]\d{7,8}$/.test(digits) ? `+32${digits.slice(1)}` : digits;
  }

  /** The parts of a text as nodes, with numbers one can tap. `known` maps digits of service numbers to what to dial. */
  function withNumbers(text, known) {
    const nodes = [];
    let end = 0;
    for (const match of text.matchAll(NUMBER)) {
      const [number, bare] = match;
      const digits = number.replace(/\D/g, "");
      if (bare && !SHORT.has(digits) && !known.has(digits)) continue;
      if (NOT_AFTER.test(text.slice(0, match.index)) || NOT_BEFORE.test(text.slice(match.index + number.length))) continue;
      nodes.push(text.slice(end, match.index), phoneLink(number, known.get(digits) || dial(number)));
      end = match.index + number.length;
    }
    nodes.push(text.slice(end));
    return nodes;
  }

  function phoneLink(number, tel) {
    return h("a", { href: `tel:${tel.replace(/[^+\d]/g, "")}` }, h("bdi", { dir: "ltr" }, number));
  }

  // --- The conversation: what is kept, sent and received ----------------------------------------------------------

  /**
   * The part that talks to the gateway and knows no element. `view` is told what to show: pending(item), settled(item,
   * seq), failed(item), received(message, isReplay), receivedAll(), offline(yes), gone(). Ends when `signal` aborts.
   */
  class Conversation {
    constructor(server, view, signal) {
      this.server = server;
      this.view = view;
      this.signal = signal;
      this.seen = 0;
      this.epoch = 0;
      this.sending = this.listening = false;
      this.pollUntil = 0;
      this.naps = new Set();
      this.restart = () => {};
      this.saved = this.load();
    }

    load() {
      let saved = null;
      try {
        saved = JSON.parse(sessionStorage.getItem(STORAGE));
      } catch (_) { /* Storage is forbidden here or holds something else: start afresh. */ }
      return { id: null, token: null, language: null, link: null, outbox: [], ...(saved || {}) };
    }

    save() {
      if (this.signal.aborted) return;
      const { id, language, link, outbox } = this.saved;
      try {
        if (id || language || link || outbox.length) sessionStorage.setItem(STORAGE, JSON.stringify(this.saved));
        else sessionStorage.removeItem(STORAGE);
      } catch (_) { /* Without storage the conversation lives as long as the page. */ }
    }

    /** Take up what the page before a reload left. */
    resume() {
      for (const item of this.saved.outbox) {
        this.view.pending(item);
        if (item.failed) this.view.failed(item);
      }
      this.send();
      this.listen();
    }

    say(text, payload, language) {
      const item = { client_id: newId(), text, payload, language, after: this.seen };
      this.saved.outbox.push(item);
      this.save();
      this.view.pending(item);
      this.send();
    }

    again(item) {
      delete item.failed;
      item.after = this.seen;
      this.save();
      this.view.pending(item);
      this.send();
    }

    /** Send what waits, one after the other, until all was accepted or refused. */
    async send() {
      this.wake();
      if (this.sending) return;
      this.sending = true;
      let delay = FIRST_DELAY_MS;
      let item;
      while (!this.signal.aborted && (item = this.saved.outbox.find((one) => !one.failed))) {
        const epoch = this.epoch;
        const [status, data] = await this.post(item);
        if (this.signal.aborted) return;
        if (epoch !== this.epoch) continue;
        if (status === 202) {
          delay = FIRST_DELAY_MS;
          this.view.offline(false);
          this.accepted(item, data.seq);
        } else if (isGone(status, data)) {
          this.forget(this.saved.outbox);
        } else if (status >= 400 && status < 500 && ![404, 408, 429].includes(status)) {
          item.failed = true;
          this.save();
          this.view.failed(item);
        } else {
          this.view.offline(true);
          await this.nap(delay);
          delay = Math.min(delay * 2, LONGEST_DELAY_MS);
        }
      }
      this.sending = false;
    }

    /** One try. Opens the conversation when there is none: nothing exists on the server before somebody says something. */
    async post(item) {
      const epoch = this.epoch;
      if (!this.saved.id) {
        const [status, opened] = await this.ask("POST", "/api/conversations", { language: item.language || undefined });
        if (epoch !== this.epoch || status !== 201) return [status, null];
        Object.assign(this.saved, { id: opened.id, token: opened.token });
        this.seen = item.after = 0;
        this.save();
        this.listen();
      }
      const { client_id, text, payload } = item;
      return this.ask("POST", `/api/conversations/${this.saved.id}/messages`, { client_id, text, payload });
    }

    accepted(item, seq) {
      this.saved.outbox = this.saved.outbox.filter((one) => one !== item);
      this.save();
      this.view.settled(item, seq);
      const epoch = this.epoch;
      this.later(ECHO_MS, () => {
        if (epoch !== this.epoch || this.seen >= seq || Date.now() < this.pollUntil) return;
        this.pollUntil = Date.now() + POLLING_FOR_MS;
        this.restart();
      });
    }

    /** Read the event stream for as long as there is a conversation. */
    async listen() {
      if (this.listening || !this.saved.id) return;
      this.listening = true;
      let delay = FIRST_DELAY_MS;
      while (!this.signal.aborted && this.saved.id) {
        const polls = Date.now() < this.pollUntil;
        const heard = await this.read(polls);
        if (heard) delay = FIRST_DELAY_MS;
        await this.nap(polls && heard ? POLL_MS : delay);
        if (!heard) delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      }
      this.listening = false;
    }

    /** One connection, until it ends. Whether anything came. */
    async read(polls) {
      const epoch = this.epoch;
      const [controller, release] = this.bounded(0);
      let heard = false;
      let timer = 0;
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!heard) this.pollUntil = Date.now() + POLLING_FOR_MS;
          controller.abort();
        }, polls ? REQUEST_MS : SILENCE_MS);
      };
      this.restart = () => controller.abort();
      alive();
      try {
        const path = `/api/conversations/${this.saved.id}/events${polls ? "?limit_s=1" : ""}`;
        const headers = { Authorization: `Bearer ${this.saved.token}`, "Last-Event-ID": String(this.seen) };
        const answer = await fetch(this.server + path, { ...this.options(controller), headers });
        if (epoch !== this.epoch) return false;
        if (!answer.ok) {
          if (isGone(answer.status, await answer.json())) this.forget(this.saved.outbox);
          return false;
        }
        heard = polls;
        const reader = answer.body.getReader();
        const decoder = new TextDecoder();
        const isReplay = this.seen === 0;
        let rest = "";
        let kind = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done || epoch !== this.epoch) return heard;
          heard = true;
          alive();
          this.view.offline(false);
          const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
          rest = lines.pop();
          for (const line of lines) {
            const [, field, content] = /^(\w*): ?(.*?)\r?$/.exec(line) || [];
            if (field === "event") kind = content;
            else if (field === "data" && kind === "erased") return this.forget(this.saved.outbox), true;
            else if (field === "data") this.receive(JSON.parse(content), isReplay);
          }
          this.view.receivedAll();
        }
      } catch (_) {
        return heard; // The network: listen() comes back.
      } finally {
        clearTimeout(timer);
        release();
      }
    }

    receive(message, isReplay) {
      if (!(message.seq > this.seen)) return;
      this.seen = message.seq;
      if (message.sender === "person") {
        // The answer to our POST may still be on its way, or was lost: this is that message.
        const sent = this.saved.outbox.find((one) => one.text === message.text && message.seq > one.after);
        if (sent) this.view.settled(sent, null);
      }
      this.view.received(message, isReplay);
    }

    /** Erase on the server, then here. False when the server could not be reached. */
    async erase() {
      if (this.saved.id) {
        const [status, data] = await this.ask("DELETE", `/api/conversations/${this.saved.id}`);
        if (status !== 204 && !isGone(status, data)) return false;
      }
      this.forget([]);
      return true;
    }

    /** The conversation is gone. What was not accepted any more (`unsent`) can be tried again in a new one. */
    forget(unsent) {
      this.epoch += 1;
      this.seen = 0;
      for (const item of unsent) Object.assign(item, { failed: true, after: 0 });
      Object.assign(this.saved, { id: null, token: null, outbox: unsent });
      this.save();
      this.view.gone();
      for (const item of unsent) {
        this.view.pending(item);
        this.view.failed(item);
      }
      this.restart();
    }

    /** `[status, data]` of a request; status 0 when there was no usable answer in time. */
    async ask(method, path, body) {
      const [controller, release] = this.bounded(REQUEST_MS);
      const headers = {};
      if (path.includes("/conversations/")) headers.Authorization = `Bearer ${this.saved.token}`;
      if (body) headers["Content-Type"] = "application/json";
      try {
        const answer = await fetch(this.server + path, {
          ...this.options(controller), method, headers, body: body && JSON.stringify(body),
        });
        return [answer.status, answer.status === 204 ? null : await answer.json()];
      } catch (_) {
        return [0, null];
      } finally {
        release();
      }
    }

    options(controller) {
      return { signal: controller.signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
    }

    /** A controller that aborts with us, and after `ms` when that is not 0; and what releases both. */
    bounded(ms) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      if (this.signal.aborted) abort();
      this.signal.addEventListener("abort", abort);
      const timer = ms ? setTimeout(abort, ms) : 0;
      return [controller, () => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", abort);
      }];
    }

    later(ms, then) {
      const timer = setTimeout(() => this.signal.aborted || then(), ms);
      this.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }

    /** Wait, at most `ms`; less when wake() is called. */
    nap(ms) {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          this.naps.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        this.naps.add(end);
      });
    }

    wake() {
      for (const end of [...this.naps]) end();
    }
  }

  // --- What is shown ----------------------------------------------------------------------------------------------

  class BakenChat extends HTMLElement {
    static get observedAttributes() {
      return ["open", "language"];
    }

    connectedCallback() {
      if (!this.shadowRoot) {
        this.attachShadow({ mode: "open" });
        dress(this.shadowRoot, CSS);
      }
      this.stop = new AbortController();
      const { signal } = this.stop;
      this.texts = ENGLISH;
      this.exitUrl = EXIT_URL;
      this.offered = [];
      this.labels = [];
      this.known = new Map();
      this.bubbles = new Map();
      this.waitingItems = new Map();
      this.unread = this.answeredSeq = this.askedSeq = 0;
      this.shifts = [];
      this.isHuman = false;
      this.wanted = null;
      const server = (this.getAttribute("server") || HOME).replace(/\/+$/, "");
      this.talk = new Conversation(server, this, signal);
      this.topic = null;
      const { saved } = this.talk;
      saved.link = (this.hasAttribute("link") && takeLink()) || saved.link;
      this.talk.save();
      this.isChosen = Boolean(saved.language);
      this.language = (saved.link && saved.link.language) || this.ownLanguage();
      this.build();
      const on = (target, name, then) => target.addEventListener(name, then, { signal });
      on(this.shadowRoot, "keydown", (event) => this.keyed(event));
      on(document, "keydown", (event) => this.countShifts(event));
      on(window, "online", () => this.refresh(true));
      on(document, "visibilitychange", () => document.hidden || this.refresh(false));
      on(window, "pageshow", (event) => event.persisted && this.returned());
      this.toggle(false);
      // What comes again after a reload is not news to be read aloud.
      if (this.talk.saved.id) this.log.setAttribute("aria-busy", "true");
      this.talk.resume();
      this.loadTexts(this.language);
    }

    disconnectedCallback() {
      this.stop.abort();
      this.talk.wake();
      this.shadowRoot.replaceChildren();
      this.talk = null;
    }

    attributeChangedCallback(name, before, now) {
      if (!this.talk || before === now) return;
      if (name === "open") this.toggle(true);
      else if (now && primary(now) !== primary(this.language)) this.loadTexts(now);
    }

    /** The language without a link: chosen before, the host's, the browser's. */
    ownLanguage() {
      return this.talk.saved.language || this.getAttribute("language") || navigator.language || "en";
    }

    /** Register that `node` says texts[key], in whatever language. */
    label(node, key, attribute) {
      this.labels.push([node, key, attribute]);
      return node;
    }

    build() {
      const button = (key, className, then, ...children) => {
        const text = this.label(h("span"), key);
        const node = h("button", { type: "button", class: className, part: className.split(" ").pop() }, ...children, text);
        node.addEventListener("click", then);
        return node;
      };
      const iconButton = (key, name, className, type) => {
        const node = h("button", { type, class: `icon ${className}`, part: className }, icon(name));
        return this.label(this.label(node, key, "aria-label"), key, "title");
      };
      const tool = (key, payload, className = "") =>
        button(key, `${className} tool`.trim(), () => this.tap(this.texts[key], payload));

      this.launcher = button("open", "launcher", () => this.setAttribute("open", ""), icon("chat"));
      this.launcher.setAttribute("aria-expanded", "false");
      const leave = button("leave", "leave", () => this.leave(), icon("leave"));
      const hint = this.label(h("p", { class: "hint", id: "hint" }), "leave_hint");
      leave.setAttribute("aria-describedby", "hint");
      const sos = h("a", { class: "sos", part: "sos", href: "tel:112" }, icon("phone"),
        this.label(h("span", { class: "sr" }), "emergency"), h("bdi", { dir: "ltr" }, "112"));
      const close = iconButton("close", "close", "close", "button");
      close.addEventListener("click", () => this.removeAttribute("open"));
      this.chooser = this.label(h("select", { part: "language", hidden: true }), "language", "aria-label");
      this.chooser.addEventListener("change", () => this.choose(this.chooser.value));

      this.greeting = h("div", { class: "message" });
      this.log = h("div", { class: "log", role: "log", "aria-live": "polite" }, this.greeting);
      this.dots = h("div", { class: "dots", hidden: true, "aria-hidden": "true" }, "…");
      this.scroller = h("div", { class: "scroll", tabIndex: 0, role: "group" }, this.log, this.dots);
      for (const node of [this.log, this.scroller]) this.label(node, "log", "aria-label");
      this.status = h("div", { class: "status", role: "status", part: "status" });

      const erase = button("erase", "tool", () => this.confirm(true));
      this.eraser = erase;
      this.tools = h("div", { class: "tools", part: "tools" }, tool("emergency", "/ask_emergency_numbers", "urgent"),
        tool("human", "/ask_human"), tool("menu", "/main_menu"), erase);
      this.no = button("no", "plain", () => this.confirm(false));
      this.sure = h("div", { class: "confirm", role: "alertdialog", "aria-labelledby": "sure", hidden: true },
        this.label(h("p", { id: "sure" }), "erase_sure"),
        h("div", { class: "row" }, button("yes_erase", "plain sure", () => this.erase()), this.no));

      this.input = h("textarea", { rows: 1, maxLength: 4096, dir: "auto", part: "input", autocomplete: "off" });
      this.label(this.label(this.input, "write", "aria-label"), "write", "placeholder");
      const form = h("form", { part: "form" }, this.input, iconButton("send", "send", "send", "submit"));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.write();
      });

      this.panel = h("section", { class: "panel", part: "panel", role: "dialog", "aria-labelledby": "title" },
        h("header", { class: "head", part: "header" }, h("div", { class: "row" }, leave, sos, close), hint,
          h("div", { class: "row" }, this.label(h("h2", { id: "title" }), "title"), this.chooser)),
        this.scroller, this.status, this.sure, this.tools, form);
      this.root = h("div", { class: "root" }, this.launcher, this.panel);
      this.shadowRoot.replaceChildren(this.root);
      this.paint();
    }

    /** Say everything in the current language. */
    paint() {
      for (const [node, key, attribute] of this.labels) {
        if (attribute) node.setAttribute(attribute, this.texts[key]);
        else node.textContent = this.texts[key];
      }
      this.greeting.replaceChildren(h("span", { class: "sr" }, `${this.texts.bot}: `),
        h("p", { class: "said", dir: "auto", part: "message" }, this.texts.notice), this.choices(this.topics || []));
      for (const [item, node] of this.waitingItems) this.mark(node, item);
      this.count();
      this.rank();
    }

    // --- Opening, closing, leaving ---

    toggle(byPerson) {
      const isOpen = this.hasAttribute("open");
      this.panel.hidden = !isOpen;
      this.launcher.hidden = isOpen;
      this.launcher.setAttribute("aria-expanded", String(isOpen));
      if (!byPerson) return;
      if (isOpen) {
        this.unread = 0;
        this.count();
        this.showEnd();
        this.input.focus();
        this.refresh(true);
        this.begin();
      } else {
        this.confirm(false, true);
        this.launcher.focus();
      }
      this.dispatchEvent(new CustomEvent(isOpen ? "baken-open" : "baken-close", { bubbles: true, composed: true }));
    }

    keyed(event) {
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        if (this.sure.hidden) this.removeAttribute("open");
        else this.confirm(false);
      } else if (event.key === "Enter" && event.target === this.input && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.write();
      }
    }

    /** Three times Shift and nothing between. Capital letters are no way out. */
    countShifts(event) {
      if (event.repeat) return;
      const now = Date.now();
      this.shifts = event.key === "Shift" && this.hasAttribute("open")
        ? [...this.shifts, now].filter((at) => now - at < LEAVE_MS) : [];
      if (this.shifts.length >= LEAVE_KEYS) this.leave();
    }

    /** Nothing can be seen from here on, also while the next page is still loading. */
    leave() {
      dress(document, "html { display: none !important; }");
      document.title = "…";
      this.stop.abort();
      try {
        sessionStorage.clear();
      } catch (_) { /* Nothing could be stored either. */ }
      this.shadowRoot.replaceChildren();
      location.replace(this.exitUrl);
    }

    /** The browser kept the page in memory and brings it back: show nothing that was cleared meanwhile. */
    returned() {
      if (this.talk.load().id === this.talk.saved.id) return this.refresh(true);
      this.disconnectedCallback();
      this.connectedCallback();
    }

    refresh(isNew) {
      if (isNew) this.talk.restart();
      this.talk.send();
      if (!this.offered.length) this.loadTexts(this.language);
    }

    // --- Languages ---

    async loadTexts(tag) {
      if (this.wanted === tag) return;
      this.wanted = tag;
      let delay = FIRST_DELAY_MS;
      const { talk } = this;
      while (!talk.signal.aborted && this.wanted === tag) {
        const { link } = talk.saved;
        const query = link && link.topic ? `?topic=${encodeURIComponent(link.topic)}` : "";
        const [status, data] = await talk.ask("GET", `/api/widget/${encodeURIComponent(tag)}${query}`);
        if (talk.signal.aborted || this.wanted !== tag) return;
        if (status === 200) {
          this.wanted = null;
          return this.speak(data, tag);
        }
        await talk.nap(delay);
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      }
    }

    speak(data, tag) {
      this.texts = { ...ENGLISH, ...data.texts };
      this.topics = data.topics;
      this.offered = data.languages;
      this.language = data.language;
      if (isWeb(data.exit_url)) this.exitUrl = data.exit_url;
      this.root.dir = data.direction;
      this.root.lang = data.language;
      this.chooser.replaceChildren(...this.offered.map(({ code, name }) => h("option", { value: code, lang: code }, name)));
      this.chooser.value = data.language;
      this.chooser.hidden = this.offered.length < 2;
      this.paint();
      if (this.follow(data, tag)) return;
      if (primary(tag) !== data.language && !this.isChosen && !this.hasAttribute("language")) {
        // The first language of the browser has no answers: perhaps its second has.
        const second = navigator.languages.map(primary).find((code) => this.offered.some((one) => one.code === code));
        if (second && second !== data.language) this.loadTexts(second);
      }
    }

    /** Do what a link asks for, as far as it is known here. True when other texts are on their way. */
    follow(data, tag) {
      const { saved } = this.talk;
      const { link } = saved;
      const { language, topic } = link || {};
      // The texts of another language may come first, when the host changes its attribute.
      if (!link || (language && language !== tag)) return false;
      this.topic = topic ? data.topic : null;
      saved.link = this.topic && { topic };
      this.talk.save();
      if (language && !data.is_supported) {
        this.topic = null;
        this.loadTexts(this.ownLanguage());
        return true;
      }
      if (language) {
        this.isChosen = true;
        saved.language = data.language;
        this.talk.save();
        // In a conversation that goes on already, a topic brings its language along.
        if (saved.id && !this.topic) this.choose(data.language);
      }
      this.begin();
      return false;
    }

    /** A link's topic is asked for once the panel is open: nothing exists on the server before. */
    begin() {
      if (this.topic && this.hasAttribute("open")) this.tap(this.topic.title, this.topic.payload);
    }

    choose(code) {
      const { name } = this.offered.find((one) => one.code === code);
      this.isChosen = true;
      this.talk.saved.language = code;
      this.talk.save();
      this.loadTexts(code);
      if (this.talk.saved.id || this.talk.saved.outbox.length) {
        this.tap(name, `/change_language${JSON.stringify({ language: code })}`, code);
      }
    }

    // --- Writing ---

    write() {
      const text = this.input.value.trim();
      if (text) {
        this.input.value = "";
        // Who did not choose a language is answered in the one they write.
        this.say(text, undefined, this.isChosen ? this.language : undefined);
      }
      this.input.focus();
    }

    tap(title, payload, language = this.language) {
      this.say(title, payload, language);
    }

    /** Whatever is said first, a link's topic is not asked for afterwards. */
    say(text, payload, language) {
      const { link } = this.talk.saved;
      this.topic = null;
      this.talk.saved.link = link && link.language ? { language: link.language } : null;
      this.talk.say(text, payload, language);
    }

    confirm(isAsking, isSilent) {
      this.sure.hidden = !isAsking;
      this.tools.hidden = isAsking;
      if (!isSilent) (isAsking ? this.no : this.eraser).focus();
    }

    async erase() {
      const { talk } = this;
      const erased = await talk.erase();
      if (talk.signal.aborted) return;
      if (!erased) {
        this.status.textContent = this.texts.erase_failed;
        return;
      }
      this.confirm(false, true);
      this.input.value = "";
      this.input.focus();
    }

    // --- What the conversation reports ---

    pending(item) {
      this.drop(item);
      const node = this.bubble({ sender: "person", text: item.text });
      this.waitingItems.set(item, node);
      this.mark(node, item);
      this.log.append(node);
      this.status.textContent = "";
      this.showEnd();
    }

    failed(item) {
      const node = this.waitingItems.get(item);
      if (node) this.mark(node, item);
    }

    mark(node, item) {
      const [className, key] = item.failed ? ["state failed", "failed"] : ["state", "waiting"];
      const state = h("div", { class: className, part: "state" }, this.texts[key]);
      if (item.failed) {
        const again = h("button", { type: "button", class: "plain" }, this.texts.again);
        again.addEventListener("click", () => this.talk.again(item));
        state.append(again);
      }
      const before = node.querySelector(".state");
      if (before) before.replaceWith(state);
      else node.append(state);
    }

    drop(item) {
      const node = this.waitingItems.get(item);
      if (node) node.remove();
      this.waitingItems.delete(item);
    }

    /** Accepted under the number `seq`; null when the message itself is about to be shown instead. */
    settled(item, seq) {
      const node = this.waitingItems.get(item);
      if (!node || seq === null || this.bubbles.has(seq)) return this.drop(item);
      this.waitingItems.delete(item);
      node.querySelector(".state").remove();
      this.askedSeq = Math.max(this.askedSeq, seq);
      this.place(node, seq);
      this.think();
    }

    received(message, isReplay) {
      const isTheirs = message.sender === "person";
      if (!this.bubbles.has(message.seq)) {
        const isAtEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80;
        const node = this.bubble(message);
        this.place(node, message.seq);
        if (!this.anchor && (isAtEnd || isReplay)) this.anchor = node.previousElementSibling || node;
        if (isReplay && isTheirs) this.anchor = node;
      }
      if (isTheirs) {
        if (message.pending) this.askedSeq = Math.max(this.askedSeq, message.seq);
      } else {
        this.answeredSeq = message.seq;
        this.isHuman = message.sender !== "bot";
        if (message.sender === "bot") this.spoken = message.language;
        if (!isReplay && !this.hasAttribute("open")) this.unread += 1;
      }
    }

    receivedAll() {
      this.log.removeAttribute("aria-busy");
      this.count();
      this.rank();
      this.think();
      // From the message before on, so that a long answer is read from its beginning.
      if (this.anchor) this.scroller.scrollTop = this.anchor.offsetTop - 8;
      this.anchor = null;
      const { spoken } = this;
      this.spoken = null;
      if (spoken && !this.isChosen && spoken !== this.language && this.offered.some((one) => one.code === spoken)) {
        this.loadTexts(spoken);
      }
    }

    offline(is) {
      const { offline } = this.texts;
      if (is) this.status.textContent = offline;
      else if (this.status.textContent !== this.texts.erased) this.status.textContent = "";
    }

    gone() {
      this.bubbles.clear();
      this.waitingItems.clear();
      this.log.replaceChildren(this.greeting);
      this.answeredSeq = this.askedSeq = this.unread = 0;
      this.isHuman = false;
      this.think();
      this.count();
      this.rank();
      this.status.textContent = this.texts.erased;
    }

    // --- Pieces ---

    /** Put a message where its number belongs; what is not accepted yet stays below. */
    place(node, seq) {
      this.bubbles.set(seq, node);
      let next = null;
      let nearest = Infinity;
      for (const [other, sibling] of this.bubbles) {
        if (other > seq && other < nearest) [nearest, next] = [other, sibling];
      }
      if (!next) [next] = this.waitingItems.values();
      if (node.nextElementSibling !== (next || null) || !node.isConnected) this.log.insertBefore(node, next || null);
    }

    bubble(message) {
      const { sender, text, buttons = [], services = [] } = message;
      for (const { phones = [] } of services) {
        for (const { number, tel } of phones) this.known.set(number.replace(/\D/g, ""), tel);
      }
      const isHuman = sender === "counsellor";
      const node = h("article", { class: `message ${sender}`, part: `message-${sender}`, lang: message.language || "" },
        h("span", { class: isHuman ? "who" : "sr", lang: this.language },
          `${this.texts[sender === "person" ? "you" : sender]}${isHuman ? "" : ": "}`));
      if (text) {
        const parts = sender === "person" ? [text] : withNumbers(text, this.known);
        node.append(h("p", { class: "said", dir: "auto", part: "message" }, ...parts));
      }
      if (services.length) {
        node.classList.add("wide");
        node.append(h("div", { class: "cards" }, ...services.map((service) => this.card(service))));
      }
      if (buttons.length) node.append(this.choices(buttons));
      return node;
    }

    choices(buttons) {
      return h("div", { class: "choices" }, ...buttons.map(({ title, payload }) => {
        const button = h("button", { type: "button", class: "choice", part: "choice", dir: "auto" }, title);
        button.addEventListener("click", () => this.tap(title, payload));
        return button;
      }));
    }

    card(service) {
      const { name, description, phones = [], hours, address, conditions, languages, distance, url, checked } = service;
      const line = (text, className = "fact") => (text ? h("p", { class: className, dir: "auto" }, text) : null);
      return h("section", { class: "card", part: "card", "aria-label": name },
        h("h3", { dir: "auto" }, name),
        line(hours, service.is_open ? "hours open" : "hours"),
        line(description, ""),
        ...phones.map(({ number, tel, note }) => {
          const link = phoneLink(number, tel || dial(number));
          link.className = "call";
          link.setAttribute("part", "call");
          link.prepend(icon("phone"));
          if (note) link.append(h("span", { dir: "auto" }, note));
          return link;
        }),
        address ? h("p", { class: "fact" }, h("b", null, `${this.texts.address}: `), h("bdi", null, address),
          distance ? h("bdi", null, ` · ${distance.replace(" ", "\u00a0")}`) : null) : line(distance),
        line(conditions),
        line(languages),
        isWeb(url) ? h("p", null, h("a", { href: url, target: "_blank", rel: "noreferrer noopener", dir: "ltr" },
          new URL(url).hostname.replace(/^www\./, ""))) : null,
        checked ? line(this.texts.source.replace("{date}", checked), service.is_stale ? "fact stale" : "fact") : null);
    }

    /** Only the newest choices stand out; the older ones still work. */
    rank() {
      const all = [...this.log.querySelectorAll(".choices")].filter((node) => node.firstChild);
      all.forEach((node, index) => node.classList.toggle("old", index < all.length - 1));
    }

    think() {
      this.dots.hidden = this.isHuman || this.askedSeq <= this.answeredSeq;
    }

    count() {
      const label = this.launcher.lastChild;
      label.textContent = this.unread ? `${this.texts.open} (${this.unread})` : this.texts.open;
    }

    showEnd() {
      this.scroller.scrollTop = this.scroller.scrollHeight;
    }
  }

  if (!customElements.get("baken-chat")) customElements.define("baken-chat", BakenChat);
})();

// The phone: one thread for each person and channel; what is written goes out signed, what comes back is drawn.

import { h, icon } from "./dom.js";
import { draw } from "./text.js";
import { explain } from "./why.js";
import { counted } from "./words.js";
import { Failure, post, sign } from "./wire.js";

const $ = (id) => document.getElementById(id);
const page = document.body.dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 800px)");
const LOOK = 2000; // milliseconds between two looks for what came without being asked for
const MOMENT = 420; // milliseconds for which the typing sign is seen at least
const LINES = { sms: "Text message", whatsapp: "WhatsApp · business account", rcs: "RCS · business" };

const threads = new Map();
let countries = [];
let country = null;
let person = crypto.getRandomValues(new Uint8Array(1))[0] % 100; // which of the country's hundred numbers: likely one without a talk
let thread = null;

// ---------------------------------------------------------------- who writes

const last = () => String(person).padStart(2, "0");
const number = () => country.number.slice(0, -2) + last();
const written = () => country.written + last();
const channel = () => document.querySelector("[name=channel]:checked").value;

/** Shows the thread of this person on this channel; a new one where there is none. */
function open() {
  const key = `${channel()} ${number()}`;
  if (!threads.has(key)) {
    threads.set(key, { channel: channel(), from: number(), node: h("div", { class: "thread" }), turns: [], queue: Promise.resolve() });
    threads.get(key).node.append(h("p", { class: "day" }, `Today · ${written()}`), invitation());
  }
  thread = threads.get(key);
  page.channel = thread.channel;
  $("line").textContent = LINES[thread.channel];
  $("write").placeholder = thread.channel === "sms" ? "Text message" : "Message";
  $("number").textContent = written();
  const log = $("log");
  log.setAttribute("aria-live", "off"); // a thread that is only shown again is not news
  log.replaceChildren(thread.node);
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  toEnd();
  explain($("explained"), thread.turns.at(-1) ?? null);
}

const invitation = () =>
  h("div", { class: "invitation" }, h("b", {}, "You are the patient"), h("span", {}, "Ask something about Botox, in your own words and your own language."));

function pick(code) {
  country = countries.find((c) => c.code === code) ?? countries[0];
  $("country").value = country.code;
  open();
}

/** Whether flags are drawn as flags here; some systems have only their letters, or nothing. */
function flagsDrawn() {
  const context = h("canvas", { width: "24", height: "24" }).getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  context.font = "18px sans-serif";
  context.fillText("\u{1F1E8}\u{1F1E6}", 0, 18);
  const pixels = context.getImageData(0, 0, 24, 24).data;
  return pixels.some((value, n) => n % 4 < 3 && value > 100 && pixels[n - (n % 4) + 3] > 100);
}

async function fillCountries() {
  const response = await fetch(page.countries);
  if (!response.ok) throw new Failure("The list of countries could not be read.");
  countries = await response.json();
  const flags = flagsDrawn();
  $("country").replaceChildren(...countries.map((c) => h("option", { value: c.code }, flags ? `${c.flag} ${c.name}` : c.name)));
  pick(page.country);
}

// ---------------------------------------------------------------- sending

/** Sends what the person did; `shown` is how it looks in the phone. Messages of one thread go out one after another. */
function send(what, shown) {
  const draft = { from: thread.from, channel: thread.channel, sender_kind: $("kind").value, ...what };
  const turn = { draft, shown, thread, at: new Date(), node: null };
  thread.turns.push(turn);
  thread.node.append(sent(turn));
  toEnd();
  deliver(turn);
}

function deliver(turn) {
  const { thread: its } = turn;
  its.queue = its.queue.then(async () => {
    const dots = typing();
    its.node.append(dots);
    toEnd();
    const moment = new Promise((done) => setTimeout(done, calm.matches ? 0 : MOMENT));
    try {
      turn.signed ??= await sign(page.sign, turn.draft);
      Object.assign(turn, await post(turn.signed), { failure: null });
      await moment;
      dots.remove();
      turn.node.classList.add("delivered");
      answer(turn);
    } catch (error) {
      dots.remove();
      turn.failure = error instanceof Failure ? error : new Failure("The page itself made a mistake.");
      its.node.append(failed(turn));
      if (!(error instanceof Failure)) console.error(error);
    }
    if (its === thread) {
      unmark();
      explain($("explained"), turn);
    }
    toEnd();
  });
}

function answer(turn) {
  const { texts, trace, thread: its } = turn;
  const replies = trace?.replies ?? [];
  // With real buttons the carrier's answer is empty: the texts go out by REST, and the trace has them.
  const said = texts.length ? texts : replies.map((r) => r.text).filter(Boolean);
  turn.said = said.map((text, n) => ({ text, reply: said.length === replies.length ? replies[n] : null }));
  its.node.querySelectorAll(".buttons").forEach((row) => row.remove());
  if (!said.length) its.node.append(silence(turn));
  for (const { text, reply } of turn.said) {
    its.node.append(received(turn, reply?.buttons ? unlisted(text, reply.options) : text, reply));
    if (reply?.buttons) its.node.append(buttons(reply));
  }
  if (narrow.matches && page.view === "phone") document.querySelector(".dot").hidden = false;
}

/** What a tap on an offered option sends: its number while it is the latest offer, its word afterwards, as a person would. */
function take(turn, option) {
  const latest = thread.turns.at(-1) === turn;
  const body = latest || !option.word ? option.send : option.word;
  send({ body }, { text: body });
}

// ---------------------------------------------------------------- what comes by itself

const opened = Date.now() / 1000;

/** Draws what the clinic has sent to this person meanwhile: an invitation, a text of staff. */
async function look() {
  const its = thread;
  if (its && document.visibilityState === "visible") {
    const asked = new URLSearchParams({ number: its.from, channel: its.channel, since: String(its.since ?? opened) });
    const found = await fetch(`${page.inbox}?${asked}`, { cache: "no-store" }).then((r) => (r.ok ? r.json() : []), () => []);
    its.had ??= new Set();
    const news = found.filter((message) => !its.had.has(message.sid));
    for (const { sid, text } of news) {
      its.had.add(sid);
      const turn = { draft: { channel: its.channel }, thread: its, at: new Date() };
      turn.node = received(turn, text, null);
      its.node.append(turn.node);
    }
    if (news.length && its === thread) toEnd();
  }
  setTimeout(look, LOOK);
}

// ---------------------------------------------------------------- drawing

const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function sent(turn) {
  const { text, extra } = turn.shown;
  const body = extra ? h("span", { class: "extra" }, icon(extra.icon), h("span", {}, extra.name)) : h("span", { dir: "auto", class: "text" }, text);
  const marks = h("span", { class: "ticks" }, icon(turn.draft.channel === "whatsapp" ? "ticks" : "tick"));
  turn.node = h(
    "div",
    { class: "bubble mine", on: { click: () => select(turn) } },
    h("span", { class: "unseen" }, "Patient: "),
    body,
    h("span", { class: "meta" }, clock(turn.at), marks),
  );
  return turn.node;
}

function received(turn, text, reply) {
  const rtl = reply ? reply.rtl : null;
  const body = h("span", { class: "text", dir: rtl === null ? "auto" : rtl ? "rtl" : "ltr", lang: reply?.lang });
  const taps = reply && !reply.buttons ? (reply.options ?? []) : [];
  draw(body, text, turn.draft.channel === "whatsapp", taps, (option) => take(turn, option));
  const node = h(
    "div",
    { class: `bubble theirs${turn.trace?.redflags?.length ? " flagged" : ""}`, on: { click: () => select(turn) } },
    h("span", { class: "unseen" }, "Clinic: "),
    body,
    h("span", { class: "meta" }, clock(new Date()), cost(turn, reply), turn.trace && whyButton(turn)),
  );
  (turn.nodes ??= []).push(node);
  return node;
}

function cost(turn, reply) {
  if (!reply) return null;
  const words = turn.draft.channel === "sms" ? `${counted(reply.segments, "segment")}, ${reply.encoding}` : `${reply.units} characters`;
  return h("span", { class: "cost" }, words);
}

function whyButton(turn) {
  const show = (event) => {
    event.stopPropagation();
    select(turn);
    if (narrow.matches) view("why");
  };
  return h("button", { type: "button", class: "ask", on: { click: show } }, "Why?", h("span", { class: "unseen" }, " What the bot understood"));
}

/** The text without the numbered list, where the patient gets buttons instead. */
function unlisted(text, options) {
  const listed = new Set(options.map((option) => option.shown));
  return text.split("\n").filter((line) => !listed.has(line)).join("\n").trimEnd();
}

function buttons(reply) {
  const tap = (option) => () => send({ body: option.title, choice: option.id }, { text: option.title });
  return h(
    "div",
    { class: "buttons" },
    (reply.options ?? []).map((option) => h("button", { type: "button", dir: "auto", on: { click: tap(option) } }, option.title)),
  );
}

function silence(turn) {
  const words = turn.signed.carrier
    ? `Twilio itself answers ${turn.signed.carrier} on this kind of line. The bot takes note and sends nothing.`
    : "The bot sends no answer to this.";
  return h("p", { class: "note" }, words);
}

function failed(turn) {
  const again = () => {
    node.remove();
    deliver(turn);
  };
  const node = h(
    "div",
    { class: "bubble error", role: "alert" },
    h("span", { class: "text" }, icon("warning"), h("span", {}, turn.failure.message)),
    h("button", { type: "button", on: { click: again } }, "Try again"),
  );
  return node;
}

const typing = () => h("div", { class: "bubble theirs typing", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

function toEnd() {
  const log = $("log");
  log.scrollTo({ top: log.scrollHeight, behavior: calm.matches ? "instant" : "smooth" });
}

// ---------------------------------------------------------------- the page

const unmark = () => thread.node.querySelectorAll(".chosen").forEach((node) => node.classList.remove("chosen"));

/** Explains a turn that was tapped, and marks its bubbles. */
function select(turn) {
  unmark();
  for (const node of [turn.node, ...(turn.nodes ?? [])]) node.classList.add("chosen");
  explain($("explained"), turn);
}

function view(name) {
  page.view = name;
  document.querySelectorAll("[data-show]").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.show === name)));
  if (name === "why") {
    document.querySelector(".dot").hidden = true;
    $("why").scrollTo({ top: 0 });
  } else toEnd();
}

function fit() {
  const field = $("write");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
}

function compose(event) {
  event.preventDefault();
  const field = $("write");
  const body = field.value.trim();
  if (!body || !country) return;
  field.value = "";
  fit();
  send({ body }, { text: body });
}

const EXTRAS = {
  photo: [{ media: ["image/jpeg"] }, { icon: "photo", name: "Photo" }],
  voice: [{ media: ["audio/ogg"] }, { icon: "voice", name: "Voice note, 0:07" }],
  place: [{ location: true }, { icon: "place", name: "Location" }],
};

function listen() {
  $("compose").addEventListener("submit", compose);
  $("write").addEventListener("input", fit);
  $("write").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) compose(event);
  });
  $("bar").addEventListener("submit", (event) => event.preventDefault());
  document.querySelectorAll("[name=channel]").forEach((choice) => choice.addEventListener("change", () => country && open()));
  $("country").addEventListener("change", (event) => pick(event.target.value));
  $("fresh").addEventListener("click", () => {
    if (!country) return;
    person = (person + 1) % 100;
    open();
    $("write").focus();
  });
  $("dials").addEventListener("click", () => $("dials").setAttribute("aria-expanded", String($("bar").classList.toggle("open"))));
  document.querySelectorAll("[data-show]").forEach((tab) => tab.addEventListener("click", () => view(tab.dataset.show)));
  document.querySelectorAll("[data-extra]").forEach((button) =>
    button.addEventListener("click", () => country && send(EXTRAS[button.dataset.extra][0], { extra: EXTRAS[button.dataset.extra][1] })),
  );
  document.querySelectorAll(".chip, .sample").forEach((chip) =>
    chip.addEventListener("click", () => {
      if (!country) return;
      if (narrow.matches) view("phone");
      send({ body: chip.dataset.text }, { text: chip.dataset.text });
    }),
  );
}

function tick() {
  $("clock").textContent = clock(new Date());
  setTimeout(tick, 60_000 - (Date.now() % 60_000));
}

/** Browsers bring back what stood in a form before a reload; the page begins anew. */
function anew() {
  $("bar").reset();
  $("compose").reset();
}

anew();
listen();
tick();
if (page.inbox) look();
fillCountries().catch(() => $("log").append(h("p", { class: "note" }, "The server could not be reached. Reload the page to try again.")));

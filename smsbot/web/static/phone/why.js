// The explanation beside the phone: what the bot understood in one turn, in plain words.

import { h } from "./dom.js";
import { counted, EVENTS, FLAGS, intentName, languageName, listed, RED_FLAGS, regionName, TIERS } from "./words.js";

const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] }; // units in a segment: alone, joined
const SHOWN = 4; // languages whose evidence is drawn

let beginning = null;

/** Draws the explanation of a turn into `place`; of none, what the page began with. */
export function explain(place, turn) {
  beginning ??= [...place.childNodes];
  place.replaceChildren(...(turn ? cards(turn) : beginning));
}

function cards(turn) {
  const { trace } = turn;
  if (!trace) return [bare(turn), raw(turn)];
  return [
    summary(turn, trace),
    trace.redflags.length > 0 && warning(trace),
    facts(trace),
    h("div", { class: "pair" }, language(trace), meaning(trace)),
    h("div", { class: "pair" }, price(turn, trace), happened(turn, trace)),
    raw(turn),
  ].filter(Boolean);
}

const card = (title, ...children) => h("section", { class: "card" }, h("h3", {}, title), children);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// ---------------------------------------------------------------- in short

function bare(turn) {
  const words = turn.failure ? turn.failure.message : "The server sent no explanation with this answer.";
  return h("section", { class: "card summary" }, quote(turn), h("p", {}, words));
}

function quote(turn) {
  const { text, extra } = turn.shown;
  return h("p", { class: "quote" }, h("span", { class: "unseen" }, "The patient wrote: "), h("q", { dir: "auto" }, text ?? extra.name));
}

function summary(turn, trace) {
  const meant = trace.topic && !trace.intents.includes(trace.topic) ? [trace.topic] : trace.intents.length ? trace.intents : ["unknown"];
  return h(
    "section",
    { class: "card summary" },
    quote(turn),
    h("h2", {}, meant.map((name) => capital(intentName(name))).join(" · ")),
    h("p", {}, inShort(turn, trace)),
    h("ul", { class: "numbers" }, figures(turn, trace)),
  );
}

function inShort(turn, trace) {
  const name = languageName(trace.lang);
  if (turn.signed.carrier) return `Twilio answers ${turn.signed.carrier} by itself on this kind of line. The bot wrote it down and sends nothing.`;
  if (trace.redflags.length) return `A warning sign: ${listed(trace.redflags.map(flagName))}. Answered before anything else, in ${name}.`;
  if (trace.tier === "kept") return `The same message was heard before, so the same answer is given again, in ${name}.`;
  if (trace.intents.includes("unknown")) return `Nothing here is known to the bot, so it says so, in ${name}, and does not guess.`;
  if (!trace.replies.length) return "The bot takes note and sends nothing.";
  if (trace.intents.includes("media")) return `The bot neither opens nor keeps files or places, and says so, in ${name}.`;
  if (trace.tier === "choice") return `The patient picked one of the choices that were offered. Answered in ${name}.`;
  const sure = trace.certain ? `Written in ${name}` : `Perhaps written in ${name}, not certain`;
  return `${sure}, and answered in ${answeredIn(trace)}.`;
}

const answeredIn = (trace) => listed([...new Set(trace.replies.map((r) => languageName(r.lang)))]);
const flagName = (name) => RED_FLAGS[name] ?? name.replaceAll("_", " ");

function figures(turn, trace) {
  const used = new Set(trace.replies.flatMap((r) => (r.facts ?? []).map((f) => f.id))).size;
  const sum = (name) => trace.replies.reduce((total, reply) => total + (reply[name] ?? 0), 0);
  const sms = turn.draft.channel === "sms";
  const rows = [
    [String(trace.replies.length), trace.replies.length === 1 ? "text" : "texts"],
    sms ? [String(sum("segments")), sum("segments") === 1 ? "segment" : "segments"] : [String(sum("units")), "characters"],
    [String(used), used === 1 ? "fact used" : "facts used"],
    [turn.milliseconds < 1 ? "< 1 ms" : `${Math.round(turn.milliseconds)} ms`, "to answer"],
  ];
  return rows.map(([number, noun]) => h("li", {}, h("b", {}, number), " ", h("span", {}, noun)));
}

// ---------------------------------------------------------------- safety and sources

function warning(trace) {
  const there = trace.region ? `in ${regionName(trace.region)}` : "there";
  const number = trace.emergency ? `The emergency number ${there} is ${trace.emergency}, known from the patient's number.` : "No emergency number is known for this country, so the text names none.";
  return h(
    "section",
    { class: "card warning" },
    h("h3", {}, "Warning signs"),
    h("ul", { class: "tags" }, trace.redflags.map((name) => h("li", {}, capital(flagName(name))))),
    h("p", {}, "Looked for first, in every language at once, also from people who opted out. ", number),
  );
}

function facts(trace) {
  const sentences = new Map();
  for (const reply of trace.replies)
    for (const fact of reply.facts ?? []) {
      if (!sentences.has(fact.sentence)) sentences.set(fact.sentence, new Map());
      sentences.get(fact.sentence).set(fact.id, fact);
    }
  if (!sentences.size) return card("From the article", h("p", { class: "quiet" }, noFacts(trace)));
  const rows = [...sentences.keys()].sort().map((sentence) => {
    const name = `Sentence ${Number(sentence.slice(1))} of the article`;
    return h("li", {}, h("b", { class: "sentence", title: name }, sentence), h("div", {}, [...sentences.get(sentence).values()].map(said)));
  });
  return card("From the article", h("ol", { class: "facts" }, rows));
}

const said = (fact) => h("p", {}, fact.says ?? fact.id.replaceAll("-", " "), fact.flag === "attr" && h("em", {}, FLAGS.attr));

function noFacts(trace) {
  if (trace.redflags.length) return "A safety text of its own: it waits for no article, and uses no fact of it.";
  if (trace.tier === "kept") return "The same answer as before; its facts stand beside the first one.";
  return trace.replies.length ? "A text of the clinic's service: it uses no fact of the article." : "Nothing was said.";
}

// ---------------------------------------------------------------- language and meaning

function bars(rows, whole) {
  const list = h("ul", { class: "bars" });
  for (const [name, value] of rows) {
    const fill = h("i");
    fill.style.width = `${Math.round((100 * value) / whole)}%`;
    list.append(h("li", {}, h("span", {}, name), h("span", { class: "track", "aria-hidden": "true" }, fill), h("span", { class: "value" }, value.toFixed(2))));
  }
  return list;
}

function language(trace) {
  const rows = Object.entries(trace.evidence)
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN)
    .map(([tag, score]) => [languageName(tag), score]);
  return card(
    "Language",
    h("p", { class: "lead" }, languageName(trace.lang), trace.switches ? h("span", { class: "badge" }, "switched") : !trace.certain && h("span", { class: "badge" }, "uncertain")),
    rows.length ? bars(rows, Math.max(1, rows[0][1])) : h("p", { class: "quiet" }, "The message says nothing of its language; the talk's language is kept."),
    trace.region && h("p", { class: "quiet" }, `The number is from ${regionName(trace.region)}.`),
  );
}

function meaning(trace) {
  const scores = trace.candidates.slice(0, SHOWN).map(([name, score]) => [capital(intentName(name)), score]);
  return card(
    "How it knew",
    h("p", {}, trace.intents.includes("media") ? TIERS.media : (TIERS[trace.tier] ?? trace.tier)),
    scores.length > 0 && bars(scores, 1),
    trace.found.length > 0 && h("p", { class: "quiet" }, "Words that decided it"),
    trace.found.length > 0 && h("ul", { class: "found" }, trace.found.map(pattern)),
  );
}

function pattern(text) {
  const [tag, words] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1).trim()];
  return h("li", {}, h("b", {}, tag), h("span", { dir: "auto", lang: tag }, words));
}

// ---------------------------------------------------------------- cost and events

function price(turn, trace) {
  if (!trace.replies.length) return card("Cost", h("p", { class: "quiet" }, "Nothing was sent, so nothing is charged."));
  const sms = turn.draft.channel === "sms";
  const rows = trace.replies.map((reply) =>
    h(
      "li",
      {},
      h("p", {}, h("b", {}, sms ? counted(reply.segments, "segment") : "1 message"), h("span", {}, sms ? `${reply.units} units, ${reply.encoding}` : counted(reply.units, "character"))),
      sms && meter(reply),
      sms && reply.foreign?.length > 0 && h("p", { class: "quiet" }, "UCS-2 because of ", reply.foreign.map((c) => [h("kbd", {}, c), " "])),
    ),
  );
  return card(
    "Cost",
    h("ul", { class: "costs" }, rows),
    !sms && h("p", { class: "quiet" }, "Messages on this channel are not counted in segments."),
  );
}

function meter(reply) {
  const [alone, joined] = ROOM[reply.encoding] ?? ROOM["UCS-2"];
  const room = reply.segments === 1 ? alone : joined;
  const boxes = Array.from({ length: Math.min(reply.segments, 12) }, (_, n) => {
    const fill = h("i");
    fill.style.width = `${Math.max(0, Math.min(100, (100 * (reply.units - n * room)) / room))}%`;
    return h("span", {}, fill);
  });
  return h("div", { class: "meter", "aria-hidden": "true" }, boxes);
}

function happened(turn, trace) {
  const rows = trace.events.map((name) => {
    const [title, words] = EVENTS[name] ?? [name, ""];
    return h("li", { class: name === "RedFlagSeen" ? "alarm" : null }, h("b", {}, title), h("span", {}, words));
  });
  return card(
    "What happened",
    rows.length ? h("ul", { class: "events" }, rows) : h("p", { class: "quiet" }, "Nothing was recorded."),
    !trace.remembered && h("p", { class: "quiet" }, "The talk could not be kept: the bot answers without memory just now."),
    h("p", { class: "quiet" }, "This person does not exist: nothing here reaches the clinic's counts, staff or ledger."),
  );
}

// ---------------------------------------------------------------- the wire

function raw(turn) {
  const { signed, twiml, trace } = turn;
  const fields = Object.entries(signed?.form ?? {}).map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value || "(empty)")]);
  return h(
    "details",
    { class: "card raw" },
    h("summary", {}, "What went over the wire"),
    signed && [h("h4", {}, "Signed form"), h("dl", {}, fields.flat(), h("dt", {}, "X-Twilio-Signature"), h("dd", {}, signed.signature), h("dt", {}, "Posted to"), h("dd", {}, signed.url))],
    twiml && [h("h4", {}, "TwiML"), h("pre", { tabindex: "0", dir: "ltr" }, twiml)],
    trace && [h("h4", {}, "Understanding"), h("pre", { tabindex: "0", dir: "ltr" }, JSON.stringify(trace, null, 2))],
  );
}

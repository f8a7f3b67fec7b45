// Plain words for the names that the bot uses inside: what was meant, how it was known, what happened.

export const INTENTS = {
  what: "what Botox is",
  how: "how the treatment works",
  time: "how long a treatment takes",
  pain: "whether it hurts",
  safe: "whether it is safe",
  side_effects: "side effects",
  aftercare: "what to do afterwards",
  medicines: "medicines taken at the same time",
  who: "who should not have it",
  pregnant: "pregnancy or nursing",
  neuro: "neurological disease",
  age: "age",
  men: "treatment for men",
  results: "results, and when they show",
  lasting: "how long it lasts, and sessions",
  areas: "areas of the face",
  limits: "what it cannot do",
  plan: "the wider treatment plan",
  where: "where it is done",
  price: "the price",
  insurance: "insurance",
  doctor: "seeing a doctor first",
  source: "where the facts come from",
  greeting: "a greeting",
  menu: "the list of topics",
  help: "help",
  language: "another language",
  thanks: "thanks",
  human: "a call from the team",
  hours: "opening hours and address",
  check: "the short check",
  news: "news from the clinic",
  stop: "no more messages",
  start: "messages again",
  forget: "deletion of their data",
  yes: "a yes",
  no: "a no",
  more: "more of the list",
  exit: "leaving the short check",
  choice: "one of the choices offered",
  minor: "a person under age",
  urgent: "a warning sign that needs help now",
  urgent_today: "a warning sign to be seen today",
  crisis: "a person in crisis",
  media: "a photo, voice note or location",
  campaign: "a campaign's link or keyword",
  not_covered: "something the article does not answer",
  unknown: "not understood",
  clarify: "two meanings are possible",
};

export const TIERS = {
  choice: "The person picked something that was offered: a number or a button.",
  command: "The whole message is a word or phrase that the bot knows.",
  keywords: "Words that the bot knows stand in the message.",
  near: "A near miss: a known word with one letter wrong, missing, added or swapped.",
  redflag: "The message names a warning sign. That is answered before anything else.",
  none: "Nothing in it is known to the bot, so it does not guess.",
  media: "The message brings a file or a place. There is nothing in it to read.",
  kept: "The same message came twice: the same answer is given again, and counted once.",
  step: "An answer to a question of the short check.",
};

export const EVENTS = {
  TurnAnswered: ["Answered", "The message was read and answered."],
  OptedOut: ["Opted out", "No marketing from now on, on any channel."],
  OptedIn: ["Opted in again", "The person asked for messages again."],
  ConsentAsked: ["Consent asked", "The exact question is kept as proof; only a clear yes to it counts."],
  ConsentGiven: ["Consent given", "A yes to the open question, kept with its proof."],
  ConsentDeclined: ["Consent declined", "The question is closed."],
  ForgetAsked: ["Deletion asked", "The bot asks once more before it deletes."],
  Forgotten: ["Deleted", "What was kept of this person is removed."],
  CallRequested: ["Call to return", "The clinic's staff are told at once."],
  RedFlagSeen: ["Warning sign", "The clinic's staff are alerted until somebody takes it. No marketing for a while."],
  LanguageChanged: ["Language changed", "The talk goes on in this language."],
  CampaignEntered: ["Campaign", "The person came by a campaign."],
  WroteAgain: ["Wrote to staff", "Staff write with the person themselves: the bot keeps silent and shows them that a message came."],
  RateLimited: ["Paused", "Too many messages in a few minutes: the bot said so once, and waits."],
};

export const RED_FLAGS = {
  emergency: "an emergency named as such",
  breathing: "trouble breathing",
  swallowing: "trouble swallowing",
  speech: "trouble speaking",
  vision: "trouble seeing",
  weakness: "strong weakness",
  allergy: "signs of an allergy",
  collapse: "fainting or collapse",
  dose: "too large a dose",
  lid: "a drooping eyelid",
  eye: "a sore or dry eye",
  dry_mouth: "a dry mouth",
  tired: "unusual tiredness",
  headache: "a strong headache",
  fever: "fever",
  infection: "signs of an infection",
  crooked: "a crooked face",
  unwell: "feeling unwell after an injection",
  pregnant_injected: "an injection during pregnancy",
  crisis: "thoughts of self-harm",
};

export const FLAGS = {
  ok: "may be said plainly",
  attr: "said only as what the article says",
};

const languages = new Intl.DisplayNames(["en"], { type: "language" });
const regions = new Intl.DisplayNames(["en"], { type: "region" });

/** The English name of a language's tag; the tag itself where it has none. */
export function languageName(tag) {
  try {
    return languages.of(tag);
  } catch {
    return tag;
  }
}

/** The English name of a country's code. */
export function regionName(code) {
  try {
    return regions.of(code);
  } catch {
    return code;
  }
}

/** What an intent means, in plain words. */
export function intentName(name) {
  return INTENTS[name] ?? name.replaceAll("_", " ");
}

/** A count with its noun: 1 segment, 2 segments. */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

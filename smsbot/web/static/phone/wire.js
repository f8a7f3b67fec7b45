// Speaks with the server: asks for a signature, posts the signed form as the carrier would, reads TwiML and the trace.

/** What went wrong, in words for the person at the page; `status` is the HTTP status, 0 where nothing was reached. */
export class Failure extends Error {
  constructor(words, status = 0) {
    super(words);
    this.status = status;
  }
}

const REASONS = {
  400: "The bot's door could not read this message (400).",
  403: "The bot's door did not accept the signature (403). Nothing was read and nothing was kept.",
  413: "The message is too large (413).",
  429: "Too many requests for the moment (429).",
  503: "The bot cannot reach its stores just now (503). Twilio would try again by itself.",
};

async function reach(url, options) {
  try {
    return await fetch(url, { cache: "no-store", ...options });
  } catch {
    throw new Failure("The server could not be reached. Is it still running?");
  }
}

/** The message as the carrier's form with its signature: {url, form, signature}. */
export async function sign(address, draft) {
  const response = await reach(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(`Not sent: ${answer.error ?? `the server said ${response.status}`}.`, response.status);
  return answer;
}

/** Posts the signed form on the webhook: {twiml, texts, trace, milliseconds}. */
export async function post({ url, form, signature }) {
  const began = performance.now();
  const response = await reach(new URL(url, location.href).pathname, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "X-Twilio-Signature": signature },
    body: new URLSearchParams(form).toString(),
  });
  const twiml = await response.text();
  const milliseconds = performance.now() - began;
  if (!response.ok) throw new Failure(REASONS[response.status] ?? `The bot's door answered with an error (${response.status}).`, response.status);
  return { twiml, texts: texts(twiml), trace: readTrace(response.headers.get("X-Smsbot-Trace")), milliseconds };
}

/** The texts in TwiML, in order. */
export function texts(twiml) {
  const page = new DOMParser().parseFromString(twiml, "text/xml");
  if (page.querySelector("parsererror")) throw new Failure("The answer is not well-formed TwiML.");
  return [...page.getElementsByTagName("Message")].map((message) => {
    const bodies = [...message.getElementsByTagName("Body")];
    return (bodies.length ? bodies : [message]).map((node) => node.textContent).join("");
  });
}

function readTrace(header) {
  if (!header) return null;
  try {
    const bytes = Uint8Array.from(atob(header.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

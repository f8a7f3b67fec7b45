// Draws a text into a bubble: WhatsApp's own marks, and the offered options where they stand in the text.

import { h } from "./dom.js";

const MARKS = [
  ["*", "b"],
  ["_", "i"],
  ["~", "s"],
];
// A mark opens after a line's beginning or a sign, and closes before a sign or the line's end, as WhatsApp reads it.
const MARKED = /(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\1(?![A-Za-z0-9])/u;

/** Draws `text` into `node`. A tap on an option that stands in it calls `tap(option)`. */
export function draw(node, text, whatsapp, options, tap) {
  let rest = 0;
  for (const { from, to, option } of places(text, options)) {
    marked(node, text.slice(rest, from), whatsapp);
    const name = `Send ${option.send}${option.title ? `: ${option.title}` : ""}`;
    const touch = (event) => {
      event.stopPropagation();
      tap(option);
    };
    node.append(h("button", { type: "button", class: "option", title: name, on: { click: touch } }, text.slice(from, to)));
    rest = to;
  }
  marked(node, text.slice(rest), whatsapp);
}

/** Where the options stand in the text, in order; a number is not found inside a longer number. */
function places(text, options) {
  const found = [];
  for (const option of options) {
    let from = -1;
    do from = text.indexOf(option.shown, from + 1);
    while (from > 0 && /\d/.test(text[from - 1]));
    if (from >= 0 && option.shown) found.push({ from, to: from + option.shown.length, option });
  }
  found.sort((a, b) => a.from - b.from);
  return found.filter((place, n) => n === 0 || place.from >= found[n - 1].to);
}

function marked(node, text, whatsapp) {
  const match = whatsapp ? MARKED.exec(text) : null;
  if (!match) {
    if (text) node.append(text);
    return;
  }
  const [whole, mark, inside] = match;
  node.append(text.slice(0, match.index));
  const name = MARKS.find(([sign]) => sign === mark)[1];
  const part = h(name);
  marked(part, inside, true);
  node.append(part);
  marked(node, text.slice(match.index + whole.length), true);
}

// mrkdwn to elements, as Slack shows it: styles, quotes, code, links, mentions, dates, emoji.

import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { slackDate } from "./time.js";

const INLINE = new RegExp(
  [
    "<(?<angle>[^<>]+)>",
    "(?<![\\w`])`(?<code>[^`\\n]+)`(?![\\w`])",
    "(?<![\\w*])\\*(?=\\S)(?<bold>[^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
    "(?<![\\w_])_(?=\\S)(?<italic>[^_\\n]+?)(?<=\\S)_(?![\\w_])",
    "(?<![\\w~])~(?=\\S)(?<strike>[^~\\n]+?)(?<=\\S)~(?![\\w~])",
    "(?<bare>https?://[^\\s<>`|*~]*[^\\s<>`|*~.,;:!?'\")\\]_])",
    ":(?<emoji>[a-z0-9_+-]+):",
    "(?<line>\\n)",
  ].join("|"),
  "g",
);
const TAGS = { bold: "strong", italic: "em", strike: "s" };

export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text, names) {
  return text.split("```").flatMap((part, index, all) => {
    if (index % 2 && index < all.length - 1) return h("pre", {}, unescape(part.replace(/^\n|\n$/g, "")));
    // a fence stands on lines of its own, so the line breaks next to it are not shown
    const fenced = index % 2 === 0 && all.length > 2;
    return quotes(fenced ? part.replace(index ? /^\n/ : /$^/, "").replace(index < all.length - 1 ? /\n$/ : /$^/, "") : part, names);
  });
}

function quotes(text, names) {
  const nodes = [];
  const lines = text.split("\n");
  const quoted = (line) => /^(&gt;|>) ?/.test(line);
  for (let start = 0; start < lines.length; ) {
    let end = start + 1;
    while (end < lines.length && quoted(lines[end]) === quoted(lines[start])) end += 1;
    const part = lines.slice(start, end);
    if (quoted(part[0])) {
      nodes.push(h("blockquote", {}, inline(part.map((line) => line.replace(/^(&gt;|>) ?/, "")).join("\n"), names)));
    } else {
      nodes.push(...inline(part.join("\n"), names));
    }
    start = end;
  }
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(unescape(text.slice(from, found.index)), styled(found.groups, names));
    from = found.index + found[0].length;
  }
  nodes.push(unescape(text.slice(from)));
  return nodes;
}

function styled(groups, names) {
  const [kind, inside] = Object.entries(groups).find(([, value]) => value !== undefined);
  if (kind === "angle") return angle(inside, names);
  if (kind === "code") return h("code", {}, unescape(inside));
  if (kind === "emoji") return emoji(inside);
  if (kind === "bare") return link(unescape(inside), unescape(inside));
  if (kind === "line") return h("br");
  return h(TAGS[kind], {}, inline(inside, names));
}

function angle(inside, names) {
  const split = inside.indexOf("|");
  const target = split < 0 ? inside : inside.slice(0, split);
  const label = split < 0 ? "" : unescape(inside.slice(split + 1));
  if (target.startsWith("@")) return mention(names.person(target.slice(1)), names.mine.includes(target.slice(1)));
  if (target.startsWith("#")) return mention(names.channel(target.slice(1)));
  if (target.startsWith("!subteam^")) return mention(names.usergroup(target.slice(9)));
  if (target.startsWith("!date^")) {
    const [, timestamp, form, url] = target.split("^");
    const shown = form ? slackDate(timestamp, form, names) : label;
    return h("time", { title: label }, url ? link(unescape(url), shown) : shown);
  }
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  return link(unescape(target), label || unescape(target));
}

export const mention = (name, mine = false) => h("span", { class: mine ? "mention mine" : "mention" }, name);

// What is left of mrkdwn in a line without any style.
export const plainText = (text) =>
  unescape(text.replace(/<[^<>|]*\|([^<>]*)>/g, "$1").replace(/<([^<>]*)>/g, "$1").replace(/(?<!\w)[*_~`]|[*_~`](?!\w)/g, ""));

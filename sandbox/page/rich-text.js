// Rich text blocks: sections, lists, quotes, code.

import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { mention } from "./mrkdwn.js";
import { slackDate } from "./time.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u", highlight: "mark" };

const PIECES = {
  text: (piece) => piece.text,
  link: (piece) => link(piece.url, piece.text || piece.url),
  user: (piece, names) => mention(names.person(piece.user_id), names.mine.includes(piece.user_id)),
  usergroup: (piece, names) => mention(names.usergroup(piece.usergroup_id)),
  channel: (piece, names) => mention(names.channel(piece.channel_id)),
  emoji: (piece) => emoji(piece.name),
  broadcast: (piece) => mention(`@${piece.range}`),
  date: (piece, names) => h("time", {}, slackDate(piece.timestamp, piece.format, names)),
};

export const richText = (block, names) => h("div", { class: "rich" }, block.elements.map((part) => whole(part, names)));

function whole(part, names) {
  if (part.type === "rich_text_list") {
    const items = part.elements.map((item) => h("li", {}, pieces(item, names)));
    return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` }, items);
  }
  const tag = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[part.type] ?? "p";
  return h(tag, {}, pieces(part, names));
}

const pieces = (part, names) =>
  part.elements.map((piece) => {
    let node = PIECES[piece.type]?.(piece, names) ?? "";
    for (const [style, tag] of Object.entries(STYLES)) if (piece.style?.[style]) node = h(tag, {}, node);
    return node;
  });

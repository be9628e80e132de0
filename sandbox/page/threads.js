// The threads that a person follows, the newest first, with what is new in them.

import { h, reconcile } from "./dom.js";
import { plainText } from "./mrkdwn.js";

export function show(pane, threads, channels) {
  const called = Object.fromEntries(channels.map((one) => [one.id, one.direct ? one.name : `#${one.name}`]));
  const items = threads.map((one) => ({ key: `${one.channel} ${one.ts}`, content: { ...one, place: called[one.channel] } }));
  const none = { key: "none", content: { none: "No threads yet. Those that you write in, or are named in, are listed here." } };
  reconcile(pane, items.length ? items : [none], entry);
}

function entry(one) {
  if (one.none) return h("p", { class: "none" }, one.none);
  const replies = `${one.replies} ${one.replies === 1 ? "reply" : "replies"}`;
  return h("a", { class: `thread-entry ${one.unread ? "unread" : ""}`, href: `#${one.channel}/thread/${one.ts}`, "data-focus": "link" },
    h("span", { class: "place" }, one.place),
    h("span", { class: "title" }, plainText(one.title)),
    h("span", { class: "what" }, one.unread ? `${replies}, ${one.unread} new` : replies));
}

// The thread beside the channel: the message, its replies, and a line to reply in.

import { composer } from "./composer.js";
import { h } from "./dom.js";
import * as messages from "./messages.js";
import { page } from "./store.js";

export function show(aside, state, known, close) {
  const [parent, ...replies] = state.thread;
  aside.hidden = !parent;
  if (!parent) return aside.replaceChildren();
  if (aside.dataset.ts !== parent.ts || !aside.children.length) fill(aside, parent, known, close);
  const context = { me: state.me, people: state.people, names: known, openThread: null, days: false, place: "thread", from: "", earlier: 0 };
  messages.show(aside.querySelector(".messages"), [{ ...parent, replies: null }, ...replies], context);
}

function fill(aside, parent, known, close) {
  aside.dataset.ts = parent.ts;
  const form = h("form", { class: "composer", autocomplete: "off" });
  aside.replaceChildren(
    h("header", { class: "bar" }, h("h2", {}, "Thread"), h("button", { type: "button", class: "plain", "aria-label": "Close thread", onclick: close }, "✕")),
    h("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": "Messages in thread", tabindex: "0" }), form);
  const place = () => ({ person: page.me, channel: page.channel, thread: page.thread });
  composer(form, { id: "thread-line", label: "Reply", commands: false, place }).offer([], known.mentioned, known.places);
  aside.onkeydown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  };
}

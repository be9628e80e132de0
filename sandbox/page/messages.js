// Messages of a channel or a thread.

import { blocks } from "./blocks.js";
import { inspect } from "./dialogs.js";
import { h, reconcile } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { dayOf, timeOf } from "./time.js";
import { using } from "./using.js";

export function show(log, messages, context) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const items = [];
  let day = "";
  for (const message of messages) {
    const today = dayOf(message.ts, context.names.zone);
    if (today !== day && context.days) items.push({ key: `day ${today}`, content: { day: today } });
    day = today;
    const replies = context.replies?.(message) ?? [];
    const content = { message, me: context.me, author: context.people[message.author], replies: replies.map((one) => one.ts), names: context.names.version };
    items.push({ key: `${message.ephemeral} ${message.ts}`, content });
  }
  reconcile(log, items, (content) => (content.day ? h("p", { class: "day" }, h("span", {}, content.day)) : draw(content, context)));
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function draw({ message, author, replies, me }, context) {
  const name = author?.is_bot ? author.real_name : author?.name ?? message.author;
  const time = timeOf(message.ts, context.names.zone);
  return h("article", { class: `message ${message.ephemeral ? "private" : ""}`, "aria-label": `${name}, ${time}`, "data-ts": message.ts },
    h("span", { class: `face ${author?.is_bot ? "bot" : ""}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase()),
    h("div", { class: "body" },
      message.ephemeral ? h("p", { class: "only" }, "Only visible to you") : null,
      h("p", { class: "who" },
        h("strong", {}, name), author?.is_bot ? h("span", { class: "badge" }, "APP") : null,
        h("time", {}, time), message.edited ? h("span", { class: "edited" }, "(edited)") : null),
      content(message, me, context),
      replies.length ? h("button", { type: "button", class: "replies", "data-focus": "thread", onclick: () => context.openThread(message) },
        `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`) : null),
    tools(message, context));
}

function content(message, me, context) {
  if (!message.blocks.length) return h("div", { class: "text" }, mrkdwn(message.text, context.names));
  const target = { person: me, channel: message.channel, ts: message.ts };
  const place = { ...using(target, context.names), names: context.names, prefix: `${context.place}-${message.ts}` };
  return h("div", { class: "blocks" }, blocks(message.blocks, place));
}

function tools(message, context) {
  const thread = context.openThread && !message.ephemeral;
  return h("div", { class: "tools" },
    thread ? h("button", { type: "button", "data-focus": "reply", onclick: () => context.openThread(message) }, "Reply in thread") : null,
    h("button", { type: "button", "data-focus": "json", onclick: () => inspect(message) }, "JSON"));
}

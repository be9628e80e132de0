// Messages of a channel or a thread.

import { blocks } from "./blocks.js";
import { h, reconcile } from "./dom.js";
import { inspect } from "./inspector.js";
import { mrkdwn } from "./mrkdwn.js";
import { dayOf, timeOf } from "./time.js";
import { using } from "./using.js";
import { only } from "./walking.js";

const NEAR_END = 80;

export function show(log, messages, context) {
  const [before, height] = [log.scrollTop, log.scrollHeight];
  const atEnd = context.toEnd || height - before - log.clientHeight < NEAR_END;
  const first = log.querySelector("article")?.dataset.ts;
  const items = context.earlier ? [{ key: "earlier", content: { earlier: context.earlier } }] : [];
  let day = "";
  let known = Boolean(context.from);
  for (const message of messages) {
    const today = dayOf(message.ts, context.names.zone);
    if (today !== day && context.days) items.push({ key: `day ${today}`, content: { day: today } });
    day = today;
    if (known && Number(message.ts) > Number(context.from) && message.author !== context.me) {
      items.push({ key: "new", content: { rule: "New" } });
      known = false;
    }
    const author = context.people[message.author];
    const content = { message, me: context.me, author: [author?.real_name, author?.name, author?.is_bot], names: context.names.version };
    items.push({ key: `${message.ephemeral} ${message.ts}`, content });
  }
  reconcile(log, items, (content) => piece(content, context));
  only(log);
  const added = first && first !== messages[0]?.ts && messages.some((one) => one.ts === first);
  if (atEnd) log.scrollTop = log.scrollHeight;
  else if (added) log.scrollTop = before + log.scrollHeight - height;
}

function piece(content, context) {
  if (content.day) return h("p", { class: "day" }, h("span", {}, content.day));
  if (content.rule) return h("p", { class: "day new" }, h("span", {}, content.rule));
  if (content.earlier) return h("p", { class: "earlier" }, h("button", { type: "button", class: "button", "data-focus": "earlier", onclick: context.more }, `Show earlier messages (${content.earlier})`));
  return draw(content.message, context);
}

function draw(message, context) {
  const author = context.people[message.author];
  const name = author?.is_bot ? author.real_name : author?.name ?? message.author;
  const time = timeOf(message.ts, context.names.zone);
  const count = message.replies?.count ?? 0;
  const last = count ? `, the last at ${timeOf(message.replies.last, context.names.zone)}` : "";
  return h("article", { class: `message ${message.ephemeral ? "private" : ""}`, "aria-label": `${name}, ${time}`, "data-ts": message.ts, tabindex: "-1" },
    h("span", { class: `face ${author?.is_bot ? "bot" : ""}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase()),
    h("div", { class: "body" },
      message.ephemeral ? h("p", { class: "only" }, "Only visible to you") : null,
      h("p", { class: "who" },
        h("strong", {}, name), author?.is_bot ? h("span", { class: "badge" }, "APP") : null,
        h("time", {}, time), message.edited ? h("span", { class: "edited" }, "(edited)") : null),
      content(message, context),
      count ? h("button", { type: "button", class: "replies", "data-focus": "thread", onclick: () => context.openThread(message) },
        `${count} ${count === 1 ? "reply" : "replies"}`, h("span", { class: "last" }, last)) : null),
    tools(message, context));
}

function content(message, context) {
  if (!message.blocks.length) return h("div", { class: "text" }, mrkdwn(message.text, context.names));
  const target = { person: context.me, channel: message.channel, ts: message.ts };
  const place = { ...using(target, context.names), names: context.names, prefix: `${context.place}-${message.ts}` };
  return h("div", { class: "blocks" }, blocks(message.blocks, place));
}

function tools(message, context) {
  const thread = context.openThread && !message.ephemeral;
  const target = { person: context.me, channel: message.channel, ts: message.ts };
  return h("div", { class: "tools" },
    thread ? h("button", { type: "button", "data-focus": "reply", onclick: () => context.openThread(message) }, "Reply in thread") : null,
    h("button", { type: "button", "data-focus": "inspect", onclick: () => inspect(target) }, "Inspect"));
}

// Holds what is shown, asks again after every change, and hands each part of the page its share.

import { onChange, state as load, tell } from "./api.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import * as messages from "./messages.js";
import * as modal from "./modal.js";
import * as pipeline from "./pipeline.js";
import * as sidebar from "./sidebar.js";

const $ = (id) => document.getElementById(id);
const page = { state: null, me: sessionStorage.getItem("me"), channel: null, thread: null, pipelineHidden: innerWidth < 1100 };

const line = composer($("composer"), {
  id: "line", label: "Message", commands: true,
  place: () => ({ person: page.me, channel: page.channel }),
});

function names(state) {
  const channels = Object.fromEntries(state.channels.map((one) => [one.id, one.name]));
  return {
    person: (id) => `@${state.people[id]?.name ?? id}`,
    channel: (id) => `#${channels[id] ?? id}`,
    usergroup: (id) => `@${state.usergroups[id] ?? id}`,
    zone: state.people[state.me].tz,
    version: [state.me, Object.keys(state.people).length, Object.keys(channels).length],
  };
}

function draw() {
  const { state } = page;
  const channel = state.channels.find((one) => one.id === page.channel) ?? state.channels[0];
  if (channel.id !== page.channel) page.thread = null;
  page.channel = channel.id;
  const known = names(state);
  const replies = (parent) => channel.messages.filter((one) => one.thread_ts === parent.ts);
  const context = { me: state.me, people: state.people, names: known, replies, openThread, days: true };
  const title = channel.kind === "im" ? channel.name : `#${channel.name}`;
  $("title").textContent = title;
  document.title = `${title} · ${state.team}`;
  $("link-state").textContent = state.app.connections ? `${state.app.name} is connected` : `${state.app.name} is not connected`;
  $("link-state").classList.toggle("off", !state.app.connections);
  $("messages").setAttribute("aria-label", `Messages in ${title}`);
  line.name(`Message ${title}`);
  line.offer(state.commands);
  messages.show($("messages"), channel.messages.filter((one) => !one.thread_ts), context);
  if (document.visibilityState === "visible") sidebar.markSeen(state.me, channel);
  sidebar.show(state, channel.id);
  drawThread(channel, context);
  modal.show(state.modal, state.me, known);
  pipeline.show($("pipeline"), state.pipeline, page.pipelineHidden, togglePipeline);
  $("toggle-pipeline").hidden = !state.pipeline;
  $("toggle-pipeline").setAttribute("aria-expanded", String(!page.pipelineHidden));
  document.body.classList.toggle("with-pipeline", !$("pipeline").hidden);
  document.body.classList.toggle("with-thread", !$("thread").hidden);
}

function drawThread(channel, context) {
  const aside = $("thread");
  const parent = channel.messages.find((one) => one.ts === page.thread);
  aside.hidden = !parent;
  if (!parent) return aside.replaceChildren();
  if (aside.dataset.ts !== parent.ts || !aside.children.length) {
    aside.dataset.ts = parent.ts;
    const form = h("form", { class: "composer", autocomplete: "off" });
    aside.replaceChildren(
      h("header", { class: "bar" }, h("h2", {}, "Thread"), h("button", { type: "button", class: "plain", "aria-label": "Close thread", onclick: closeThread }, "✕")),
      h("div", { class: "messages", role: "log", "aria-label": "Messages in thread", tabindex: "0" }), form);
    composer(form, { id: "thread-line", label: "Reply", commands: false, place: () => ({ person: page.me, channel: page.channel, thread: page.thread }) });
  }
  messages.show(aside.querySelector(".messages"), [parent, ...context.replies(parent)], { ...context, replies: null, openThread: null, days: false });
}

function openThread(message) {
  page.thread = message.ts;
  draw();
  $("thread-line").focus();
}

function closeThread() {
  page.thread = null;
  draw();
  $("line").focus();
}

function togglePipeline() {
  page.pipelineHidden = !page.pipelineHidden;
  draw();
  if (page.pipelineHidden) $("toggle-pipeline").focus();
}

// Links to messages look like Slack's: /archives/CHANNEL/p1763719200000100
function follow(path, query) {
  const found = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(path);
  if (!found) return false;
  page.channel = found[1];
  const ts = `${found[2]}.${found[3]}`;
  page.thread = new URLSearchParams(query).get("thread_ts");
  history.replaceState(null, "", `/#${page.channel}`);
  if (page.state) draw();
  const target = document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("pointed");
  return true;
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) return void (again = true);
  asking = true;
  do {
    again = false;
    try {
      page.state = await load(page.me);
      page.me = page.state.me;
      draw();
    } catch (error) {
      if (page.me) {
        sessionStorage.removeItem("me");
        page.me = null;
      }
      tell(`The sandbox did not answer: ${error.message}`);
    }
  } while (again);
  asking = false;
}

$("me").addEventListener("change", (event) => {
  page.me = event.target.value;
  sessionStorage.setItem("me", page.me);
  refresh();
});
$("toggle-pipeline").addEventListener("click", togglePipeline);
addEventListener("hashchange", () => {
  const known = location.hash.slice(1);
  if (!page.state?.channels.some((one) => one.id === known)) return;
  page.channel = known;
  page.thread = null;
  draw();
  $("messages").scrollTop = $("messages").scrollHeight;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (link && link.origin === location.origin && follow(link.pathname, link.search)) event.preventDefault();
});

const arrived = [location.pathname, location.search];
page.channel = location.hash.slice(1) || null;
onChange(refresh);
await refresh();
follow(...arrived);

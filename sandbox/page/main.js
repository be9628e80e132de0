// Holds what is shown, asks again after every change, and hands each part of the page its share.

import { act, onChange, state as load, tell } from "./api.js";
import { composer } from "./composer.js";
import { h, refill } from "./dom.js";
import * as home from "./home.js";
import { names } from "./names.js";
import * as messages from "./messages.js";
import * as modal from "./modal.js";
import * as pipeline from "./pipeline.js";
import * as sidebar from "./sidebar.js";

const $ = (id) => document.getElementById(id);
const page = { state: null, me: sessionStorage.getItem("me"), channel: null, tab: "messages", thread: null, pipelineHidden: innerWidth < 1100 };

const line = composer($("composer"), {
  id: "line", label: "Message", commands: true,
  place: () => ({ person: page.me, channel: page.channel }),
});

function draw() {
  const { state } = page;
  const channel = whereNow(state);
  if (channel.id !== page.channel) page.thread = null;
  page.channel = channel.id;
  page.direct = channel.kind === "im";
  const atHome = page.direct && page.tab === "home" && state.app.home_tab;
  const known = names(state);
  const replies = (parent) => channel.messages.filter((one) => one.thread_ts === parent.ts);
  const context = { me: state.me, people: state.people, names: known, replies, openThread, days: true, place: "channel" };
  const title = channel.kind === "im" ? channel.name : `#${channel.name}`;
  $("title").textContent = title;
  document.title = `${title} · ${state.team}`;
  $("link-state").textContent = state.app.connections ? `${state.app.name} is connected` : `${state.app.name} is not connected`;
  $("link-state").classList.toggle("off", !state.app.connections);
  drawTabs(channel, state.app, atHome);
  $("messages").setAttribute("aria-label", `Messages in ${title}`);
  line.name(`Message ${title}`);
  line.offer(state.commands, known.mentioned);
  messages.show($("messages"), channel.messages.filter((one) => !one.thread_ts), context);
  $("home").setAttribute("aria-label", `Home of ${title}`);
  home.show($("home"), state.home, state.me, known, state.app);
  if (document.visibilityState === "visible" && !atHome) sidebar.markSeen(state.me, channel);
  sidebar.show(state, channel.id);
  drawThread(channel, context);
  modal.show(state.modal, state.me, known);
  pipeline.show($("pipeline"), state.pipeline, page.pipelineHidden, togglePipeline);
  $("toggle-pipeline").hidden = !state.pipeline;
  $("toggle-pipeline").setAttribute("aria-expanded", String(!page.pipelineHidden));
  document.body.classList.toggle("with-pipeline", !$("pipeline").hidden);
  document.body.classList.toggle("with-thread", !$("thread").hidden);
}

// What was looked at, or the same of another person: their messages with the app have another id.
const whereNow = (state) =>
  state.channels.find((one) => one.id === page.channel) ?? (page.direct ? state.channels.find((one) => one.kind === "im") : null) ?? state.channels[0];

function drawTabs(channel, app, atHome) {
  const tabs = $("tabs");
  tabs.hidden = !page.direct || !app.home_tab;
  tabs.setAttribute("aria-label", `Parts of ${app.name}`);
  const tab = (name, words) => h("a", { href: `#${channel.id}${name}`, "data-focus": words, "aria-current": atHome === (name === "/home") ? "page" : null }, words);
  refill(tabs, h("span", {}, tab("/home", "Home"), tab("", "Messages")));
  $("home").hidden = !atHome;
  $("messages").hidden = atHome;
  $("composer").hidden = atHome || (page.direct && app.messages_read_only);
  const opened = page.direct ? `${page.state.me} ${atHome ? "home" : "messages"}` : "";
  if (opened !== page.opened && opened) act("home", { person: page.state.me, tab: atHome ? "home" : "messages" });
  page.opened = opened;
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
    const reply = composer(form, { id: "thread-line", label: "Reply", commands: false, place: () => ({ person: page.me, channel: page.channel, thread: page.thread }) });
    reply.offer([], context.names.mentioned);
  }
  messages.show(aside.querySelector(".messages"), [parent, ...context.replies(parent)], { ...context, replies: null, openThread: null, days: false, place: "thread" });
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
  [page.channel, page.tab] = [found[1], "messages"];
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
  const [known, tab] = location.hash.slice(1).split("/");
  if (!page.state?.channels.some((one) => one.id === known)) return;
  [page.channel, page.tab, page.thread] = [known, tab ?? "messages", null];
  draw();
  $("messages").scrollTop = $("messages").scrollHeight;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (link && link.origin === location.origin && follow(link.pathname, link.search)) event.preventDefault();
});

const arrived = [location.pathname, location.search];
[page.channel, page.tab] = [location.hash.slice(1).split("/")[0] || null, location.hash.split("/")[1] ?? "messages"];
onChange(refresh);
await refresh();
follow(...arrived);

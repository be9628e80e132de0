// Draws what the sandbox said: hands each part of the page its share.

import { act } from "./api.js";
import { announce } from "./announce.js";
import * as clock from "./clock.js";
import { composer } from "./composer.js";
import { h, refill } from "./dom.js";
import * as home from "./home.js";
import { names } from "./names.js";
import * as messages from "./messages.js";
import * as modal from "./modal.js";
import * as pipeline from "./pipeline.js";
import { mark, marks } from "./seen.js";
import * as slack from "./slack.js";
import * as sidebar from "./sidebar.js";
import { now, page, redraw, refresh, STEP } from "./store.js";
import * as thread from "./thread.js";
import * as threads from "./threads.js";

const $ = (id) => document.getElementById(id);
let line;
let ticking;
let shown = {};

export function start() {
  line = composer($("composer"), { id: "line", label: "Message", commands: true, place: () => ({ person: page.me, channel: page.channel }) });
  $("toggle-panel").addEventListener("click", toggle);
  ticking = clock.start($("clock"), now, () => page.state.people[page.me].tz);
}

export function draw() {
  const { state } = page;
  const channel = state.channels.find((one) => one.id === state.here);
  const atHome = channel.with_app && page.tab === "home" && state.app.home_tab;
  const atThreads = page.tab === "threads";
  const known = names(state, now());
  const title = channel.direct ? channel.name : `#${channel.name}`;
  $("title").textContent = atThreads ? "Threads" : title;
  document.title = `${atThreads ? "Threads" : title} · ${state.team}`;
  drawLink(state.app);
  drawTabs(channel, state, atHome);
  $("home").hidden = !atHome;
  $("threads").hidden = !atThreads;
  $("messages").hidden = atHome || atThreads;
  $("composer").hidden = atHome || atThreads || (channel.with_app && state.app.messages_read_only);
  line.name(`Message ${title}`);
  line.offer(state.commands, known.mentioned, known.places);
  $("messages").setAttribute("aria-label", `Messages in ${title}`);
  drawMessages(channel, known, !atHome && !atThreads);
  $("home").setAttribute("aria-label", `Home of ${title}`);
  home.show($("home"), state.home, state.me, known, state.app);
  threads.show($("threads"), state.threads, state.channels);
  thread.show($("thread"), state, known, closeThread);
  look(channel, !atHome && !atThreads);
  sidebar.show(state, atThreads ? "threads" : channel.id);
  modal.show(state.modal, state.me, known);
  drawPanel(state);
  const read = [...(atHome || atThreads ? [] : channel.messages), ...state.thread];
  announce(state, [state.me, state.here, page.tab, page.thread].join(), read);
}

function drawLink(app) {
  const here = app.connections ? `${app.name} is connected` : `${app.name} is not connected`;
  const words = page.lost ? "The sandbox does not answer. Trying again…" : here;
  if ($("link-state").textContent !== words) $("link-state").textContent = words;
  $("link-state").classList.toggle("off", page.lost || !app.connections);
}

function drawTabs(channel, state, atHome) {
  const tabs = $("tabs");
  tabs.hidden = !channel.with_app || !state.app.home_tab || page.tab === "threads";
  tabs.setAttribute("aria-label", `Parts of ${state.app.name}`);
  const tab = (name, words) => h("a", { href: `#${channel.id}${name}`, "data-focus": words, "aria-current": atHome === (name === "/home") ? "page" : null }, words);
  refill(tabs, h("span", {}, tab("/home", "Home"), tab("", "Messages")));
  const opened = tabs.hidden ? "" : `${state.me} ${atHome ? "home" : "messages"}`;
  if (opened !== page.opened && opened) act("home", { person: state.me, tab: atHome ? "home" : "messages" });
  page.opened = opened;
}

function drawMessages(channel, known, visible) {
  const place = `${page.state.me} ${channel.id}`;
  if (visible && shown.place !== place) shown = { place, from: marks(page.state.me)[channel.id] ?? "", fresh: true };
  const context = {
    me: page.state.me, people: page.state.people, names: known, openThread, days: true, place: "channel",
    from: shown.from, earlier: page.state.earlier, more: earlier, toEnd: shown.fresh,
  };
  messages.show($("messages"), channel.messages, context);
  if (visible) shown.fresh = false;
}

function earlier() {
  page.last += 2 * STEP;
  refresh();
}

// What is in view counts as read, unless the tab is not looked at.
function look(channel, visible) {
  if (document.visibilityState !== "visible") return;
  const { me, thread: replies } = page.state;
  if (visible) mark(me, channel.id, channel.messages.filter((one) => !one.ephemeral).at(-1)?.ts);
  if (visible) Object.assign(channel, { unread: 0, mentions: 0 });
  if (!replies.length) return;
  mark(me, `${channel.id}/${page.thread}`, replies.at(-1).ts);
  const followed = page.state.threads.find((one) => one.channel === channel.id && one.ts === page.thread);
  if (followed) followed.unread = 0;
}

function drawPanel(state) {
  $("panel").hidden = page.panelHidden;
  $("toggle-panel").setAttribute("aria-expanded", String(!page.panelHidden));
  document.body.classList.toggle("with-thread", !$("thread").hidden);
  $("clock").hidden = !state.clock;
  ticking.tick();
  if (page.panelHidden) return;
  pipeline.show($("pipeline"), state.pipeline);
  slack.show($("slack"), state);
}

async function openThread(message) {
  page.thread = message.ts;
  await refresh();
  $("thread-line")?.focus();
}

function closeThread() {
  const parent = $("messages").querySelector(`[data-ts="${CSS.escape(page.thread)}"]`);
  page.thread = "";
  page.state.thread = [];
  redraw();
  (parent?.querySelector("[data-focus=thread]") ?? parent ?? $("line")).focus();
}

function toggle() {
  page.panelHidden = !page.panelHidden;
  redraw();
}

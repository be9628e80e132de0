// Starts the page: what it listens to, and where it begins.

import { watch } from "./connection.js";
import { draw, start } from "./draw.js";
import { follow, permalink, read } from "./route.js";
import * as sidebar from "./sidebar.js";
import { become, go, lost, onState, page, redraw, refresh } from "./store.js";
import { browse } from "./walking.js";

const $ = (id) => document.getElementById(id);

start();
onState(draw);
browse($("messages"));
browse($("thread"));

$("me").addEventListener("change", (event) => become(event.target.value));
$("new-direct").addEventListener("submit", (event) => sidebar.write(event, page.me));
addEventListener("hashchange", () => go(...read(location.hash)));
document.addEventListener("visibilitychange", redraw);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (link?.matches(".skip")) {
    event.preventDefault();
    return ($("composer").hidden ? $("channel").querySelector(":scope > [role=region]:not([hidden])") ?? $("channel") : $("line")).focus();
  }
  if (!link || link.origin !== location.origin || !permalink(link.pathname)) return;
  event.preventDefault();
  follow(link.pathname, link.search);
});

const arrived = [location.pathname, location.search];
[page.channel, page.tab, page.thread] = read(location.hash);
watch(refresh, lost);
await refresh();
await follow(...arrived);

// Addresses: #CHANNEL, #CHANNEL/home, #CHANNEL/thread/TS, #threads; and links to messages, which look like Slack's.

import { go, page, refresh } from "./store.js";

const ALL = 10000;

export function read(hash) {
  const [place, tab, thread] = hash.slice(1).split("/");
  if (place === "threads") return [page.channel, "threads", ""];
  return [/^\w+$/.test(place) ? place : page.channel, tab === "home" ? "home" : "messages", tab === "thread" ? thread ?? "" : ""];
}

// /archives/CHANNEL/p1763719200000100?thread_ts=...
export const permalink = (path) => /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(path);

export async function follow(path, query) {
  const found = permalink(path);
  if (!found) return;
  const ts = `${found[2]}.${found[3]}`;
  history.replaceState(null, "", `/#${found[1]}`);
  await go(found[1], "messages", new URLSearchParams(query).get("thread_ts") ?? "");
  const there = () => document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (!there() && page.state?.earlier) {
    page.last = ALL;
    await refresh();
  }
  const target = there();
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("pointed");
  target?.focus({ preventScroll: true });
}

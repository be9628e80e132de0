// The list of channels with unread marks, and the choice of who one is.

import { h, reconcile } from "./dom.js";

const seenKey = (me, channel) => `seen ${me} ${channel}`;

export function markSeen(me, channel) {
  const last = channel.messages.at(-1);
  if (last) sessionStorage.setItem(seenKey(me, channel.id), last.ts);
}

const unread = (me, channel) => {
  const seen = sessionStorage.getItem(seenKey(me, channel.id)) ?? "";
  return channel.messages.filter((one) => one.ts > seen && one.author !== me).length;
};

export function show(state, current) {
  document.getElementById("team").textContent = state.team;
  for (const [place, direct] of [["channels", false], ["direct", true]]) {
    const items = state.channels
      .filter((channel) => (channel.kind === "im") === direct)
      .map((one) => ({
        key: one.id,
        content: { id: one.id, name: one.name, kind: one.kind, shared: one.shared, archived: one.archived, current: one.id === current, unread: unread(state.me, one) },
      }));
    reconcile(document.getElementById(place), items, entry);
  }
  people(state);
}

function entry(one) {
  const sign = { private_channel: "", public_channel: "#", im: "●" }[one.kind];
  return h("li", {},
    h("a", { href: `#${one.id}`, "data-focus": "link", "aria-current": one.current ? "page" : null, class: one.unread ? "unread" : "" },
      h("span", { class: `sign ${one.kind}`, "aria-hidden": "true" }, sign), h("span", {}, one.name),
      one.shared ? h("span", { class: "tag" }, "shared") : null, one.archived ? h("span", { class: "tag" }, "archived") : null,
      one.unread ? h("span", { class: "count", "aria-label": `${one.unread} unread` }, String(one.unread)) : null));
}

function people(state) {
  const select = document.getElementById("me");
  const able = Object.values(state.people).filter((one) => one.may_act);
  const signature = JSON.stringify(able);
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...able.map((one) => h("option", { value: one.id }, one.note ? `${one.real_name} (${one.note})` : one.real_name)));
  }
  select.value = state.me;
}

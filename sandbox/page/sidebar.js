// Threads, channels and direct messages with what is unread in them, and the choice of who one is.

import { ask } from "./api.js";
import { h, reconcile } from "./dom.js";

export function show(state, current) {
  document.getElementById("team").textContent = state.team;
  const unread = state.threads.filter((one) => one.unread).length;
  const threads = { id: "threads", name: "Threads", kind: "threads", current: current === "threads", unread, mentions: unread };
  reconcile(document.getElementById("places"), [{ key: "threads", content: threads }], entry);
  for (const [place, direct] of [["channels", false], ["direct", true]]) {
    const items = state.channels
      .filter((one) => one.direct === direct)
      .map(({ messages, ...one }) => ({ key: one.id, content: { ...one, current: one.id === current } }));
    reconcile(document.getElementById(place), items, entry);
  }
  people(state);
  somebody(state);
}

const SIGNS = { private_channel: "", public_channel: "#", im: "●", mpim: "●", threads: "↳" };

function entry(one) {
  return h("li", {},
    h("a", { href: `#${one.id}`, "data-focus": "link", "aria-current": one.current ? "page" : null, class: one.unread ? "unread" : "" },
      h("span", { class: `sign of-${one.kind}`, "aria-hidden": "true" }, SIGNS[one.kind]), h("span", { class: "name" }, one.name),
      one.shared ? h("span", { class: "tag" }, "shared") : null, one.archived ? h("span", { class: "tag" }, "archived") : null,
      one.has_app === false && !one.direct ? h("span", { class: "tag" }, "no app") : null,
      badge(one)));
}

// As in Slack, bold says that something is new, and a number that it is about you.
function badge(one) {
  if (!one.unread) return null;
  if (one.mentions) return h("span", { class: "count", "aria-label": one.kind === "threads" ? `${one.unread} with new replies` : `${one.mentions} for you, unread`, role: "img" }, String(one.mentions));
  return h("span", { class: "unseen" }, " (unread)");
}

// Who may be written to: everybody else who can read it.
function somebody(state) {
  const list = document.getElementById("with");
  const others = Object.values(state.people).filter((one) => one.may_act && one.id !== state.me);
  reconcile(list, others.map((one) => ({ key: one.id, content: { id: one.id, name: one.real_name } })), (one) =>
    h("li", {}, h("label", { class: "switch" }, h("input", { type: "checkbox", value: one.id, "data-focus": one.id }), one.name)));
}

export async function write(event, me) {
  event.preventDefault();
  const chosen = [...event.target.querySelectorAll("input:checked")];
  if (!chosen.length) return event.target.querySelector("input")?.focus();
  const opened = await ask("open", { person: me, with: chosen.map((one) => one.value) });
  if (!opened) return;
  for (const one of chosen) one.checked = false;
  document.getElementById("new-direct").open = false;
  location.hash = `#${opened}`;
  document.getElementById("line").focus();
}

function people(state) {
  const select = document.getElementById("me");
  const all = Object.values(state.people).filter((one) => !one.is_bot);
  const signature = JSON.stringify(all);
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...all.map((one) =>
      h("option", { value: one.id, disabled: !one.may_act }, one.note ? `${one.real_name} (${one.note})` : one.real_name)));
  }
  select.value = state.me;
  const me = state.people[state.me];
  const what = [me.note || "full member", ...me.groups.map((group) => `@${group}`), me.tz];
  document.getElementById("me-is").textContent = what.join(" · ");
}

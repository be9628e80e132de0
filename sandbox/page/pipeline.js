// The demo pipeline: push a commit, see runs and deployments, make something fail.

import { pipeline as act } from "./api.js";
import { h, reconcile } from "./dom.js";

const GOOD = new Set(["success", "active"]);
const BAD = new Set(["failure", "error", "cancelled", "timed_out"]);

export function show(aside, snapshot, hidden) {
  aside.hidden = hidden || !snapshot;
  if (aside.hidden) return;
  if (!aside.children.length) {
    aside.append(h("header", { class: "bar" }, h("h2", {}, "Pipeline"), h("p", {}, "A stand-in for GitHub")), h("div", { class: "repositories" }), h("footer", {}));
  }
  const items = snapshot.repositories.map((one) => ({ key: one.name, content: { name: one.name } }));
  const list = aside.querySelector(".repositories");
  reconcile(list, items, frame);
  snapshot.repositories.forEach((one, index) => fill(list.children[index].querySelector(".facts"), one));
  reconcile(aside.querySelector(":scope > footer"), [{ key: "break", content: Boolean(snapshot.break_next_deploy) }], breaker);
}

function frame({ name }) {
  const title = h("input", { type: "text", "aria-label": `Title of the next commit to ${name}`, placeholder: "Title of the commit" });
  const push = (event) => {
    event.preventDefault();
    act("push", { repository: name, title: title.value.trim() });
    title.value = "";
  };
  return h("section", { "aria-label": name },
    h("h3", {}, name),
    h("form", { onsubmit: push }, title, h("button", { type: "submit", class: "button primary", "aria-label": `Push a commit to ${name}` }, "Push a commit")),
    h("div", { class: "facts" }));
}

function fill(place, one) {
  const building = one.runs.some((run) => ["queued", "in_progress", "waiting"].includes(run.state));
  const parts = [
    { key: "runs", content: { title: "Runs", rows: one.runs.map((run) => [`#${run.number} ${run.title}`, run.state]), fail: building ? one.name : null } },
    { key: "deployments", content: { title: "Deployments", rows: one.deployments.map((at) => [`${at.environment} ${at.sha}`, at.state]) } },
    { key: "commits", content: { title: "Commits", rows: one.commits.map((commit) => [commit.title, commit.sha]), plain: true } },
  ];
  reconcile(place, parts, group);
}

function group({ title, rows, fail, plain }) {
  const state = (word) => (plain ? h("code", {}, word) : h("span", { class: `state ${GOOD.has(word) ? "good" : BAD.has(word) ? "bad" : ""}` }, words(word)));
  return h("div", { class: "group" },
    h("h4", {}, title),
    rows.length ? h("ul", {}, rows.map(([what, word]) => h("li", {}, h("span", { title: what }, what), state(word)))) : h("p", { class: "none" }, "none yet"),
    fail ? h("button", { type: "button", class: "button", "aria-label": `Fail the running build of ${fail}`, onclick: () => act("fail_build", { repository: fail }) }, "Fail this build") : null);
}

function breaker(on) {
  return h("button", { type: "button", class: "button", "data-focus": "break", "aria-pressed": String(on), onclick: () => act("break_deploy", {}) },
    on ? "The next deployment will fail" : "Let the next deployment fail");
}

const words = (state) => String(state).replaceAll("_", " ");

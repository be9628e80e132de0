// The demo pipeline: push a commit, see runs and deployments, make something fail.

import { pipeline as act } from "./api.js";
import { h, reconcile } from "./dom.js";

const GOOD = new Set(["success", "active"]);
const BAD = new Set(["failure", "error", "cancelled", "timed_out"]);
const DONE = new Set([...GOOD, ...BAD, "inactive", "skipped", "neutral", "action_required", "stale"]);

export function show(aside, snapshot, hidden, hide) {
  aside.hidden = hidden || !snapshot;
  if (aside.hidden) return;
  if (!aside.children.length) {
    aside.append(h("header", { class: "bar" }, h("h2", {}, "Pipeline"), h("p", {}, "A stand-in for GitHub"),
      h("button", { type: "button", class: "plain", "aria-label": "Hide pipeline", onclick: hide }, "✕")), h("div", { class: "repositories" }), h("footer", {}));
  }
  const items = snapshot.repositories.map((one) => ({ key: one.name, content: { name: one.name } }));
  const list = aside.querySelector(".repositories");
  reconcile(list, items, frame);
  snapshot.repositories.forEach((one, index) => fill(list.children[index].querySelector(".facts"), one));
  const switches = [["break_deploy", "The next deployment fails", snapshot.break_next_deploy], ["webhooks", "Webhooks are sent", snapshot.webhooks_on]];
  const known = switches.filter(([, , on]) => on !== undefined).map((one) => ({ key: one[0], content: one }));
  reconcile(aside.querySelector(":scope > footer"), known, toggle);
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
  const building = one.runs.some((run) => !DONE.has(run.state));
  const running = building || one.deployments.some((each) => !DONE.has(each.state));
  const parts = [
    { key: "acts", content: { name: one.name, running, building, again: one.runs.length > 0 && !building } },
    { key: "runs", content: { title: "Runs", rows: one.runs.map((run) => [`#${run.number} ${run.title}`, run.state]) } },
    { key: "deployments", content: { title: "Deployments", rows: one.deployments.map((at) => [`${at.environment} ${at.sha}`, at.state]) } },
    { key: "commits", content: { title: "Commits", rows: one.commits.map((commit) => [commit.title, commit.sha]), plain: true } },
  ];
  reconcile(place, parts, (content) => (content.title ? group(content) : acts(content)));
}

function acts({ name, running, building, again }) {
  const button = (does, shown, label) =>
    h("button", { type: "button", class: "button", "data-focus": does, "aria-label": label, onclick: () => act(does, { repository: name }) }, shown);
  return h("div", { class: "actions" },
    running ? button("finish", "Finish", `Finish what runs in ${name}`) : null,
    building ? button("fail_build", "Fail the build", `Fail the build of ${name}`) : null,
    again ? button("rerun", "Build again", `Build ${name} again`) : null);
}

function group({ title, rows, plain }) {
  const state = (word) => (plain ? h("code", {}, word) : h("span", { class: `state ${GOOD.has(word) ? "good" : BAD.has(word) ? "bad" : ""}` }, words(word)));
  return h("div", { class: "group" },
    h("h4", {}, title),
    rows.length ? h("ul", {}, rows.map(([what, word]) => h("li", {}, h("span", { title: what }, what), state(word)))) : h("p", { class: "none" }, "none yet"));
}

function toggle([name, label, on]) {
  return h("label", { class: "switch" },
    h("input", { type: "checkbox", checked: on, "data-focus": name, onchange: () => act(name, {}) }), label);
}

const words = (state) => String(state).replaceAll("_", " ");

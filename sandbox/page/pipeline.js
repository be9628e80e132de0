// The demo pipeline: push a commit, see runs and deployments, make something fail.

import { pipeline as act } from "./api.js";
import { h, reconcile } from "./dom.js";

const GOOD = new Set(["success", "active", "approved"]);
const BAD = new Set(["failure", "error", "cancelled", "timed_out", "rejected"]);
const DONE = new Set([...GOOD, ...BAD, "inactive", "skipped", "neutral", "action_required", "stale"]);
const SWITCHES = [
  ["break_deploy", "The next deployment fails", "break_next_deploy"],
  ["break_verification", "What is deployed does not verify", "break_verification"],
  ["lose_answer", "The answer to the next order is lost", "lose_next_answer"],
  ["webhooks", "Webhooks are sent", "webhooks_on"],
];

export function show(place, snapshot) {
  place.hidden = !snapshot;
  if (!snapshot) return;
  if (!place.children.length) {
    place.append(h("h2", {}, "Pipeline"), h("p", { class: "none" }, "A stand-in for GitHub."), h("div", { class: "switches" }), h("div", { class: "repositories" }));
  }
  const items = snapshot.repositories.map((one) => ({ key: one.name, content: { name: one.name, authors: snapshot.authors ?? [] } }));
  const list = place.querySelector(".repositories");
  reconcile(list, items, frame);
  snapshot.repositories.forEach((one, index) => fill(list.children[index].querySelector(".facts"), one));
  const known = SWITCHES.filter(([, , key]) => snapshot[key] !== undefined).map(([name, label, key]) => ({ key: name, content: { name, label, on: snapshot[key] } }));
  const replay = snapshot.last_webhook === undefined ? [] : [{ key: "replay", content: { replay: snapshot.last_webhook } }];
  reconcile(place.querySelector(".switches"), [...known, ...replay], (one) => (one.name ? toggle(one) : again(one)));
}

function frame({ name, authors }) {
  const title = h("input", { type: "text", "aria-label": `Title of the next commit to ${name}`, placeholder: "Title of the commit" });
  const author = h("select", { class: "button", "aria-label": `Author of the next commit to ${name}` }, authors.map((one) => h("option", { value: one.login }, `by ${one.name}`)));
  const migration = h("input", { type: "checkbox" });
  const push = (event) => {
    event.preventDefault();
    act("push", { repository: name, title: title.value.trim(), author: author.value, migration: migration.checked });
    title.value = "";
    migration.checked = false;
  };
  return h("section", { "aria-label": name },
    h("h3", {}, name),
    h("form", { onsubmit: push }, title,
      authors.length ? author : null,
      h("label", { class: "switch" }, migration, "with a migration"),
      h("button", { type: "submit", class: "button primary", "aria-label": `Push a commit to ${name}` }, "Push a commit")),
    h("div", { class: "facts" }));
}

function fill(place, one) {
  const goesOn = (each) => !DONE.has(each.state) && each.state !== "waiting"; // what waits is answered at its gate
  const building = one.runs.some(goesOn);
  const running = building || one.deployments.some(goesOn);
  const gates = one.gates ?? [];
  const parts = [
    { key: "acts", content: { name: one.name, running, building, again: one.runs.length > 0 && !building } },
    ...(gates.length ? [{ key: "gates", content: { title: "Gates", name: one.name, gates } }] : []),
    { key: "runs", content: { title: "Runs", rows: one.runs.map((run) => [`#${run.number} ${run.title}`, run.state]) } },
    { key: "deployments", content: { title: "Deployments", rows: one.deployments.map((at) => [`${at.environment} ${at.sha}`, at.state]) } },
    { key: "commits", content: { title: "Commits", rows: one.commits.map((commit) => [`${commit.title}, by ${commit.author}`, commit.sha]), plain: true } },
  ];
  reconcile(place, parts, (content) => (content.gates ? waiting(content) : content.title ? group(content) : acts(content)));
}

function acts({ name, running, building, again: rerun }) {
  const button = (does, shown, label) =>
    h("button", { type: "button", class: "button", "data-focus": does, "aria-label": label, onclick: () => act(does, { repository: name }) }, shown);
  return h("div", { class: "actions" },
    running ? button("finish", "Finish", `Finish what runs in ${name}`) : null,
    building ? button("fail_build", "Fail the build", `Fail the build of ${name}`) : null,
    rerun ? button("rerun", "Build again", `Build again what ${name} built last`) : null);
}

function waiting({ title, name, gates }) {
  const rows = gates.map((one) => [`${one.environment}: ${one.title}${one.attempt > 1 ? `, attempt ${one.attempt}` : ""}`, one.state]);
  const at = gates.find((one) => one.state === "waiting")?.environment;
  const button = (does, shown, label) =>
    h("button", { type: "button", class: "button", "data-focus": does, "aria-label": label, onclick: () => act(does, { repository: name, environment: at }) }, shown);
  const answers = h("div", { class: "actions" },
    button("let_through", "Let it go on there", `Let it go on there: what waits at ${at} of ${name}`),
    button("turn_away", "Reject it there", `Reject it there: what waits at ${at} of ${name}`));
  return h("div", {}, group({ title, rows }), at ? answers : null);
}

function group({ title, rows, plain }) {
  const state = (word) => (plain ? h("code", {}, word) : h("span", { class: `state ${GOOD.has(word) ? "good" : BAD.has(word) ? "bad" : ""}` }, words(word)));
  return h("div", { class: "group" },
    h("h4", {}, title),
    rows.length ? h("ul", {}, rows.map(([what, word]) => h("li", {}, h("span", { title: what }, what), state(word)))) : h("p", { class: "none" }, "none yet"));
}

const toggle = ({ name, label, on }) =>
  h("label", { class: "switch" }, h("input", { type: "checkbox", checked: on, "data-focus": name, onchange: () => act(name, {}) }), label);

const again = ({ replay }) =>
  h("div", {}, h("button", { type: "button", class: "button", "data-focus": "replay", disabled: !replay, onclick: () => act("replay", {}) }, "Send the last webhook again"),
    h("p", { class: "none" }, replay ? `It told of ${replay.replaceAll("_", " ")}.` : "None was sent yet."));

const words = (state) => String(state).replaceAll("_", " ");

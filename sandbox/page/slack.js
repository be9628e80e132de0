// What is to go wrong between Slack and the app: what lasts until it is taken back, and calls that fail so many times.

import { faults as set, hangUp, weather } from "./api.js";
import { h, reconcile } from "./dom.js";

const LATE = 2;
const LASTING = [
  ["cut", "The network is cut", (on) => on],
  ["revoked", "The app's token is revoked", (on) => on],
  ["doubled", "The app hears of everything twice", (on) => on],
  ["late", `The app hears of everything ${LATE} s late`, (on) => (on ? LATE : 0)],
];
const CALLS = [
  ["*", "any call"], ["chat.postMessage", "new messages"], ["chat.update", "changed messages"], ["views.*", "forms and Home tabs"],
  ["response_url", "private answers"], ["users.*", "questions about people"], ["apps.connections.open", "new connections"],
];
const KINDS = [
  ["429", "too many calls (429)"], ["500", "an error of Slack (500)"], ["html", "a page in place of an answer"], ["timeout", "no answer at all"],
  ["reset-before", "broken off before it is done"], ["reset-after-delivery", "done, and the answer is lost"],
  ["delay", "five seconds late"], ["drip", "an answer a byte at a time"], ["refusal", "refused: fatal_error"],
];
const MORE = { delay: { seconds: 5 }, 429: { retry_after: 2 } };
let inForce = [];

export function show(place, state) {
  if (!place.children.length) place.append(frame());
  inForce = state.faults;
  const lasting = LASTING.map(([name, label]) => ({ key: name, content: { name, label, on: Boolean(state.weather[name]) } }));
  reconcile(place.querySelector(".switches"), lasting, toggle);
  const rules = state.faults.map((one, index) => ({ key: String(index), content: one }));
  reconcile(place.querySelector(".rules"), rules, (one) => h("li", {}, h("span", {}, told(one)), h("span", { class: "state bad" }, `${one.count} to go`)));
  place.querySelector("[data-focus=mend]").disabled = !rules.length;
  const wrong = rules.length + lasting.filter((one) => one.content.on).length;
  const words = wrong ? `Slack: ${wrong} set to go wrong` : "Slack: nothing goes wrong";
  const title = place.querySelector("summary");
  if (title.textContent !== words) title.textContent = words;
}

function frame() {
  const kind = choice("What goes wrong with them", KINDS);
  const method = choice("Calls that go wrong", CALLS);
  const count = h("input", { type: "number", min: 1, max: 1000, value: 1, "aria-label": "How many of these calls" });
  const add = (event) => {
    event.preventDefault();
    set([...inForce, { method: method.value, kind: kind.value, count: Number(count.value), ...MORE[kind.value] }]);
  };
  return h("details", { class: "folded" },
    h("summary", {}, ""),
    h("div", { class: "switches" }),
    h("form", { onsubmit: add, "aria-label": "Calls of the app" }, h("p", { class: "full" }, "Of the app's next calls:"), count, method, kind,
      h("button", { type: "submit", class: "button" }, "Let them go wrong")),
    h("ul", { class: "group rules", "aria-label": "Set to go wrong" }),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button", "data-focus": "mend", onclick: () => set([]) }, "Let calls go right"),
      h("button", { type: "button", class: "button", onclick: () => hangUp("refresh_requested") }, "End the connections")));
}

const choice = (label, options) => h("select", { class: "button full", "aria-label": label }, options.map(([value, words]) => h("option", { value }, words)));

const toggle = ({ name, label, on }) =>
  h("label", { class: "switch" },
    h("input", { type: "checkbox", checked: on, "data-focus": name, onchange: (event) => weather({ [name]: LASTING.find(([one]) => one === name)[2](event.target.checked) }) }), label);

const words = (known, value) => known.find(([one]) => one === value)?.[1] ?? value;
const told = (one) => `${words(CALLS, one.method)}: ${one.kind === "refusal" ? `refused: ${one.error}` : words(KINDS, one.kind)}`;

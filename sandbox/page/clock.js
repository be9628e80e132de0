// The workspace's clock: what time it is for the one who reads, and steps forward.

import { forward } from "./api.js";
import { h } from "./dom.js";
import { epochOf, localOf, momentAt } from "./time.js";

const STEPS = [[600, "+10 min", "Forward ten minutes"], [3600, "+1 h", "Forward one hour"], [86400, "+1 day", "Forward one day"]];

export function start(place, now, zone) {
  const shown = h("p", { class: "now" });
  const until = h("input", { type: "datetime-local", id: "clock-until" });
  const step = ([seconds, words, label]) => h("button", { type: "button", class: "button", "aria-label": `${label} (${words})`, onclick: () => forward(seconds) }, words);
  const move = (event) => {
    event.preventDefault();
    if (!until.value) return until.focus();
    forward(Math.round(epochOf(until.value, zone()) - now()));
  };
  place.append(
    h("h2", {}, "Clock"), shown,
    h("div", { class: "actions" }, STEPS.map(step)),
    h("form", { onsubmit: move }, h("label", { for: "clock-until" }, "Forward to"), until, h("button", { type: "submit", class: "button" }, "Go")));
  const tick = () => {
    if (!now()) return;
    const words = momentAt(now(), zone());
    if (shown.textContent !== words) shown.textContent = words;
    until.min = localOf(now(), zone());
  };
  setInterval(tick, 1000);
  return { tick };
}

// The JSON of a message, a modal or a Home tab: to be read, copied, changed, checked, and taken to Slack's Block Kit Builder.

import { ask, tell } from "./api.js";
import { h } from "./dom.js";
import { open } from "./dialogs.js";

const BUILDER = "https://app.slack.com/block-kit-builder/#";
const TITLES = { message: "Message as JSON", modal: "Modal as JSON", home: "Home tab as JSON" };
const PAUSE = 250;

export async function inspect(target) {
  const found = await ask("inspect", target);
  if (!found) return;
  const typed = h("textarea", { id: "inspected", class: "json", rows: "16", spellcheck: "false", value: JSON.stringify(found.sent, null, 2) });
  const verdict = h("div", { class: "verdict", role: "status" });
  const builder = h("a", { class: "button", target: "_blank", rel: "noopener noreferrer" }, "Open in Block Kit Builder");
  const copy = () => navigator.clipboard.writeText(typed.value).then(() => tell("Copied."), () => tell("The browser did not allow to copy."));
  const dialog = h("dialog", { class: "dialog wide", "aria-labelledby": "inspect-title" },
    h("h2", { id: "inspect-title" }, TITLES[found.kind]),
    h("div", { class: "dialog-body" },
      h("label", { for: "inspected" }, "As the app sends it. Change it to see what Slack would say."),
      typed, verdict,
      h("details", {},
        h("summary", {}, found.versions > 1 ? `As Slack tells of it, version ${found.versions}` : "As Slack tells of it"),
        h("pre", { class: "json", tabindex: "0", role: "region", "aria-label": "As Slack tells of it" }, JSON.stringify(found.json, null, 2)))),
    h("footer", {}, builder,
      h("button", { type: "button", class: "button", onclick: copy }, "Copy"),
      h("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, "Close")));
  let waiting;
  typed.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => check(found.kind, typed.value, verdict, builder), PAUSE);
  });
  judge(found.problems, verdict);
  point(builder, found.sent);
  open(dialog);
  typed.focus();
  typed.setSelectionRange(0, 0);
  typed.scrollTop = 0;
}

async function check(kind, typed, verdict, builder) {
  let sent;
  try {
    sent = JSON.parse(typed);
  } catch (error) {
    return judge([`This is no JSON: ${error.message}`], verdict);
  }
  point(builder, sent);
  judge(await ask("check", { kind, sent }) ?? [], verdict);
}

function judge(problems, verdict) {
  verdict.classList.toggle("bad", problems.length > 0);
  verdict.replaceChildren(problems.length ? h("p", {}, "Slack would refuse this:") : h("p", {}, "Slack would take this, as far as the sandbox knows."),
    h("ul", {}, problems.map((one) => h("li", {}, one))));
}

const point = (builder, sent) => builder.setAttribute("href", BUILDER + encodeURIComponent(JSON.stringify(sent)));

// Dialogs over the page: a question before a button counts, and the JSON of a message.

import { h } from "./dom.js";
import { tell } from "./api.js";
import { text } from "./elements.js";

export function open(dialog) {
  const before = document.activeElement;
  document.getElementById("dialogs").append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  dialog.showModal();
  return dialog;
}

export function confirmed(confirm, names) {
  return new Promise((answer) => {
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "confirm-title" });
    const done = (yes) => () => {
      answer(yes);
      dialog.close();
    };
    dialog.append(
      h("h2", { id: "confirm-title" }, text(confirm.title, names)),
      h("div", { class: "dialog-body" }, text(confirm.text, names)),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: done(false) }, text(confirm.deny, names)),
        h("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: done(true) }, text(confirm.confirm, names))),
    );
    dialog.addEventListener("cancel", () => answer(false));
    open(dialog);
  });
}

export function inspect(message) {
  const json = JSON.stringify(message.json, null, 2);
  const builder = `https://app.slack.com/block-kit-builder/#${encodeURIComponent(JSON.stringify({ blocks: message.blocks }))}`;
  const dialog = h("dialog", { class: "dialog wide", "aria-labelledby": "inspect-title" });
  const copy = () => navigator.clipboard.writeText(json).then(() => tell("Copied."), () => tell("The browser did not allow to copy."));
  dialog.append(
    h("h2", { id: "inspect-title" }, "Message as JSON"),
    h("pre", { class: "json", tabindex: "0", "aria-label": "JSON" }, json),
    h("footer", {},
      message.blocks.length ? h("a", { class: "button", href: builder, target: "_blank", rel: "noopener noreferrer" }, "Open in Block Kit Builder") : null,
      h("button", { type: "button", class: "button", onclick: copy }, "Copy"),
      h("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, "Close")),
  );
  open(dialog);
}

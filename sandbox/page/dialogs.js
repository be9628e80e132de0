// Dialogs over the page: they keep the focus while they are open and give it back, and a question before a button counts.

import { h } from "./dom.js";
import { text } from "./elements.js";

export function open(dialog) {
  const back = placeOf(document.activeElement);
  document.getElementById("dialogs").append(dialog);
  dialog.addEventListener("keydown", stay);
  dialog.addEventListener("close", () => {
    dialog.remove();
    back();
  });
  dialog.showModal();
  return dialog;
}

// Where the focus was: the same control, what took its place in the same message, the message, or the line to type in.
function placeOf(control) {
  const key = control?.dataset?.focus;
  const ts = control?.closest?.("article")?.dataset.ts;
  const log = control?.closest?.(".messages");
  return () => {
    if (control?.isConnected && control !== document.body) {
      // what shows only beside a focus takes it only after that
      control.closest("article")?.focus();
      return control.focus();
    }
    const article = ts && log?.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    const again = key && (article || document).querySelector(`[data-focus="${CSS.escape(key)}"]`);
    (again || article || document.getElementById("line")).focus();
  };
}

// Without this the browser's own bars would come after the last control.
function stay(event) {
  if (event.key !== "Tab") return;
  const all = [...event.currentTarget.querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0']")];
  const able = all.filter((one) => !one.disabled && one.checkVisibility() && (one.type !== "radio" || one.checked || !one.form?.elements[one.name]?.value));
  const [first, last] = [able[0], able.at(-1)];
  const at = document.activeElement;
  if (event.shiftKey ? at !== first && event.currentTarget.contains(at) && at !== event.currentTarget : at !== last) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

export function confirmed(confirm, names) {
  return new Promise((answer) => {
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" });
    const done = (yes) => () => {
      dialog.close();
      answer(yes);
    };
    dialog.append(
      h("h2", { id: "confirm-title" }, text(confirm.title, names)),
      h("div", { class: "dialog-body", id: "confirm-text" }, text(confirm.text, names)),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: done(false) }, text(confirm.deny, names)),
        h("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, autofocus: true, onclick: done(true) }, text(confirm.confirm, names))),
    );
    dialog.addEventListener("cancel", () => answer(false));
    open(dialog);
  });
}

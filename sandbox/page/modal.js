// The topmost modal of the person, drawn anew only when its view changed, in its place, so that what is typed stays.

import { act } from "./api.js";
import { blocks, fieldsOf, typedIn } from "./blocks.js";
import { open } from "./dialogs.js";
import { h, refill } from "./dom.js";
import { text } from "./elements.js";
import { inspect } from "./inspector.js";
import { redraw } from "./store.js";
import { using } from "./using.js";

let shown = null;
let signature = "";

export function show(modal, me, names) {
  const now = modal ? JSON.stringify([modal.view.id, modal.view.hash, modal.errors, modal.trouble, me]) : "";
  if (now === signature) return;
  signature = now;
  if (modal && shown?.isConnected && shown.dataset.view === modal.view.id) return fill(shown, modal, me, names);
  shown?.close();
  shown = null;
  if (!modal) return;
  shown = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title", "data-view": modal.view.id });
  const close = () => act("close", { person: me, view: modal.view.id });
  shown.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  // pressed again without anything between, Escape closes a dialog past `cancel`
  shown.addEventListener("close", async (event) => {
    if (event.target !== shown) return;
    signature = "";
    if (!(await close())) redraw();
  });
  fill(shown, modal, me, names);
  open(shown);
  (shown.querySelector("textarea, .dialog-body input, .dialog-body select") ?? shown.querySelector("footer .primary"))?.focus();
}

function fill(dialog, modal, me, names) {
  const view = modal.view;
  const close = () => act("close", { person: me, view: view.id });
  const place = { ...using({ person: me, view: view.id }, names, () => dialog), names, prefix: "field", values: modal.values, errors: modal.errors, typed: typedIn(dialog) };
  const form = h("form", { method: "dialog", novalidate: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const submit = form.querySelector("[type=submit]");
    if (!submit) return;
    submit.disabled = true;
    act("submit", { person: me, values: fieldsOf(dialog) }).finally(() => (submit.disabled = false));
  });
  form.append(
    h("header", {},
      h("h2", { id: "modal-title" }, text(view.title, names)),
      h("button", { type: "button", class: "plain", "data-focus": "inspect", onclick: () => inspect({ person: me, view: view.id }) }, "Inspect"),
      h("button", { type: "button", class: "plain", "aria-label": "Close", "data-focus": "close", onclick: close }, "✕")),
    h("div", { class: "dialog-body" },
      modal.trouble ? h("p", { class: "trouble", role: "alert" }, modal.trouble) : null,
      blocks(view.blocks, place)),
    h("footer", {},
      h("button", { type: "button", class: "button", "data-focus": "cancel", onclick: close }, view.close ? text(view.close, names) : "Cancel"),
      view.submit ? h("button", { type: "submit", class: "button primary", "data-focus": "submit" }, text(view.submit, names)) : null),
  );
  refill(dialog, form);
  const wrong = dialog.querySelector("[aria-invalid]");
  // of radio buttons and check boxes the first one takes the focus for all of them
  (wrong?.querySelector("input") ?? wrong)?.focus();
  wrong?.closest(".field").scrollIntoView({ block: "nearest" });
}

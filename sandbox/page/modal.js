// The topmost modal of the person, drawn anew only when its view changed, so that what is typed stays.

import { act } from "./api.js";
import { blocks, select, text } from "./blocks.js";
import { confirmed, open } from "./dialogs.js";
import { h } from "./dom.js";

let shown = null;
let signature = "";

export function show(modal, me, names) {
  const now = modal ? JSON.stringify([modal.view.id, modal.view.hash, modal.errors, modal.trouble, me]) : "";
  if (now === signature) return;
  const typed = shown ? fieldsOf(shown) : {};
  const same = modal && shown?.dataset.view === modal.view.id;
  signature = now;
  if (shown) {
    shown.dataset.replaced = "yes";
    shown.close();
    shown = null;
  }
  if (modal) shown = draw(modal, me, names, same ? typed : {});
}

function draw(modal, me, names, typed) {
  const view = modal.view;
  const dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title", "data-view": view.id });
  const close = () => act("close", { person: me });
  const use = async (block, one, option) => {
    if (one.confirm && !(await confirmed(one.confirm, names))) return;
    const body = { person: me, action_id: one.action_id };
    if (option === undefined) act("click", body);
    else act("choose", { ...body, option });
  };
  const form = h("form", { method: "dialog", novalidate: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const submit = form.querySelector("[type=submit]");
    submit.disabled = true;
    act("submit", { person: me, values: fieldsOf(dialog) }).finally(() => (submit.disabled = false));
  });
  form.append(
    h("header", {},
      h("h2", { id: "modal-title" }, text(view.title, names)),
      h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: close }, "✕")),
    h("div", { class: "dialog-body" },
      modal.trouble ? h("p", { class: "trouble", role: "alert" }, modal.trouble) : null,
      view.blocks.map((block) => (block.type === "input" ? field(block, modal, names, typed) : blocks([block], names, use)))),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: close }, view.close ? text(view.close, names) : "Cancel"),
      view.submit ? h("button", { type: "submit", class: "button primary" }, text(view.submit, names)) : null),
  );
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  open(dialog);
  (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("textarea, input, select"))?.focus();
  return dialog;
}

function field(block, modal, names, typed) {
  const id = `field-${block.block_id}`;
  const error = modal.errors[block.block_id];
  const described = [error ? `${id}-error` : "", block.hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  const attributes = {
    id,
    name: block.block_id,
    "aria-label": null,
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional ? null : "true",
  };
  return h("div", { class: `field ${error ? "wrong" : ""}` },
    h("label", { for: id }, text(block.label, names), block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    input(block, attributes, typed[block.block_id]),
    error ? h("p", { id: `${id}-error`, class: "error", role: "alert" }, error) : null,
    block.hint ? h("p", { id: `${id}-hint`, class: "hint" }, text(block.hint, names)) : null);
}

function input(block, attributes, typed) {
  const one = block.element;
  if (one.type === "static_select") {
    const drawn = select(block, one, () => {}, attributes);
    if (typed) drawn.value = typed;
    return drawn;
  }
  const shared = { ...attributes, placeholder: one.placeholder?.text ?? null, value: typed ?? one.initial_value ?? "" };
  return one.multiline ? h("textarea", { rows: "4", ...shared }) : h("input", { type: "text", ...shared });
}

const fieldsOf = (dialog) =>
  Object.fromEntries([...dialog.querySelectorAll("[name]")].filter((one) => one.tagName !== "SELECT" || one.value).map((one) => [one.name, one.value]));

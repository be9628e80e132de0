// Every kind of block that the sandbox takes, drawn. `place` has the names, and `use(block, element, value)`, which is called
// when something is used; a view also has `values`, what was filled in, and `errors`, what is wrong with that.

import { h } from "./dom.js";
import { element, held, text } from "./elements.js";
import { richText } from "./rich-text.js";

const KINDS = {
  header: (block, { names }) => h("h3", { class: "header" }, text(block.text, names)),
  divider: () => h("hr"),
  section: (block, place) => {
    const id = block.accessory ? `${place.prefix}-${block.block_id}` : null;
    return h("div", { class: `section ${block.accessory && BOXES.has(block.accessory.type) ? "stacked" : ""}` },
      h("div", { class: "section-text", id },
        block.text ? h("div", {}, text(block.text, place.names)) : null,
        block.fields ? h("div", { class: "fields" }, block.fields.map((one) => h("div", {}, text(one, place.names)))) : null),
      block.accessory ? control(block, block.accessory, place, { describedBy: id }) : null);
  },
  context: (block, { names }) =>
    h("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? image(one) : h("span", {}, text(one, names))))),
  actions: (block, place) =>
    h("div", { class: "actions" }, block.elements.map((one) => control(block, one, place))),
  image: (block, { names }) => h("figure", {}, h("figcaption", {}, text(block.title, names)), image(block)),
  input: field,
  rich_text: (block, { names }) => richText(block, names),
};
const BOXES = new Set(["checkboxes", "radio_buttons", "multi_static_select", "multi_users_select"]);

export const blocks = (all, place) => all.map((block) => (KINDS[block.type] ? KINDS[block.type](block, place) : unknown(block)));

export const unknown = (block) => h("p", { class: "unknown" }, `(a block of type ${block.type}, which this page cannot draw)`);

// What stands in the fields below a node now, by block id; and of what kind they are, so that it may stay in another view.
export const fieldsOf = (node) => Object.fromEntries(drawnIn(node).map((one) => [one.dataset.field, one.read()]));
export const typedIn = (node) => Object.fromEntries(drawnIn(node).map((one) => [one.dataset.field, [one.dataset.kind, one.read()]]));
const drawnIn = (node) => [...node.querySelectorAll("[data-field]")];
const kindOf = (one) => `${one.type} ${one.action_id}`;

// Pictures come from the network, and this page asks nothing of it: their description stands in.
const image = (one) => h("span", { class: "image", role: "img", "aria-label": one.alt_text }, one.alt_text);

const valueOf = (block, one, values) => {
  const begun = Object.keys(one).find((key) => key.startsWith("initial_"));
  return held(values?.[block.block_id]?.[one.action_id] ?? (begun ? { selected_: one[begun] } : null));
};

function control(block, one, place, more = {}) {
  if (one.type === "image") return image(one);
  return element(block, one, { ...place, value: valueOf(block, one, place.values), ...more });
}

function field(block, place) {
  const id = `${place.prefix}-${block.block_id}`;
  const error = place.errors?.[block.block_id];
  const one = block.element;
  const attributes = {
    id,
    "aria-describedby": [error ? `${id}-error` : "", block.hint ? `${id}-hint` : ""].filter(Boolean).join(" ") || null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional ? null : "true",
  };
  const drawn = control(block, one, place, { attributes });
  // what such a menu offers is known to the app alone, and so is what was chosen in it
  if (one.type !== "external_select") Object.assign(drawn.dataset, { field: block.block_id, kind: kindOf(one) });
  stay(drawn, place.typed?.[block.block_id]);
  const label = [text(block.label, place.names), block.optional ? h("span", { class: "optional" }, " (optional)") : null];
  return h("div", { class: `field ${error ? "wrong" : ""}` },
    BOXES.has(one.type) ? h("p", { class: "label", id: `${id}-label` }, label) : h("label", { for: id }, label),
    drawn,
    error ? h("p", { id: `${id}-error`, class: "error", role: "alert" }, error) : null,
    block.hint ? h("p", { id: `${id}-hint`, class: "hint" }, text(block.hint, place.names)) : null);
}

function stay(drawn, typed) {
  if (typed?.[0] !== drawn.dataset.kind) return;
  const [, value] = typed;
  drawn.write(value);
  if (JSON.stringify(drawn.read()) === JSON.stringify(value)) drawn.kept = value;
  else drawn.write(drawn.kept);
}

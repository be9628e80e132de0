// Every kind of block that the sandbox takes, drawn. `use(block, element, option)` is called when something is used.

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./rich-text.js";

export function text(object, names) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.emoji === false ? [object.text] : [withEmoji(object.text)];
}

const KINDS = {
  header: (block, names) => h("h3", { class: "header" }, text(block.text, names)),
  divider: () => h("hr"),
  section: (block, names, use) =>
    h("div", { class: "section" },
      h("div", { class: "section-text" },
        block.text ? h("div", {}, text(block.text, names)) : null,
        block.fields ? h("div", { class: "fields" }, block.fields.map((one) => h("div", {}, text(one, names)))) : null),
      block.accessory ? element(block, block.accessory, names, use) : null),
  context: (block, names) =>
    h("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? image(one) : h("span", {}, text(one, names))))),
  actions: (block, names, use) =>
    h("div", { class: "actions" }, block.elements.map((one) => element(block, one, names, use))),
  image: (block, names) => h("figure", {}, h("figcaption", {}, text(block.title, names)), image(block)),
  rich_text: richText,
};

export const blocks = (all, names, use) =>
  all.map((block) => (KINDS[block.type] ? KINDS[block.type](block, names, use) : unknown(block)));

export const unknown = (block) => h("p", { class: "unknown" }, `(a block of type ${block.type}, which this page cannot draw)`);

// Pictures come from the network, and this page asks nothing of it: their description stands in.
const image = (one) => h("span", { class: "image", role: "img", "aria-label": one.alt_text }, one.alt_text);

export function element(block, one, names, use) {
  if (one.type === "image") return image(one);
  if (one.type === "button") return button(block, one, use);
  return select(block, one, use);
}

function button(block, one, use) {
  const name = `${block.block_id} ${one.action_id}`;
  const attributes = {
    type: "button",
    class: `button ${one.style ?? ""}`,
    "data-focus": name,
    // the label repeats what is on the button first, so that it can be called by what is seen
    "aria-label": one.accessibility_label ?? null,
    onclick: () => {
      if (one.url) window.open(one.url, "_blank", "noopener");
      use(block, one);
    },
  };
  return h("button", attributes, one.text.emoji === false ? one.text.text : withEmoji(one.text.text));
}

export function select(block, one, use, attributes = {}) {
  const overflow = one.type === "overflow";
  const empty = h("option", { value: "" }, overflow ? "⋯" : one.placeholder?.text ?? "Select an option");
  const options = (list) => list.map((option) => h("option", { value: option.value }, option.text.text));
  const groups = one.option_groups?.map((group) => h("optgroup", { label: group.label.text }, options(group.options)));
  const drawn = h("select", {
    class: overflow ? "button overflow" : "button",
    "aria-label": overflow ? "More actions" : one.placeholder?.text ?? "Select an option",
    "data-focus": `${block.block_id} ${one.action_id}`,
    onchange: (event) => {
      if (event.target.value) use(block, one, event.target.value);
      if (overflow) event.target.value = "";
    },
    ...attributes,
  }, empty, groups ?? options(one.options));
  drawn.value = one.initial_option?.value ?? "";
  return drawn;
}

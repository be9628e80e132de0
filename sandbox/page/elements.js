// Everything that people use inside blocks, drawn. Each control can `read` its value and `write` one; `use(block, one, value)`
// is called when it is used, and tells whether that counted: a question before it may have been answered with no.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { epochOf, localOf } from "./time.js";

export function text(object, names) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.emoji === false ? [object.text] : [withEmoji(object.text)];
}

// What a state holds, whatever its kind: the value of an option, several, an id, a day, a moment, a text.
export function held(state) {
  if (!state) return null;
  const key = Object.keys(state).find((one) => one === "value" || one.startsWith("selected_"));
  const found = state[key] ?? null;
  if (Array.isArray(found)) return found.map((one) => one.value ?? one);
  return found?.value ?? found;
}

// `place` has names, use, the id of what describes the control, and attributes of a field.
export function element(block, one, place) {
  const draw = CONTROLS[one.type];
  if (!draw) return h("span", { class: "unknown" }, `(${one.type}, which this page cannot draw)`);
  const node = draw(block, one, place);
  if (!node.querySelector("[data-focus]")) node.dataset.focus = `${one.action_id} ${block.block_id}`;
  if (node.write) {
    node.write(place.value ?? null);
    node.kept = node.read();
    // a day that is being typed has no value yet, and what did not change is not told again
    node.changed = async () => {
      const value = node.read();
      if (JSON.stringify(value) === JSON.stringify(node.kept)) return;
      if (await place.use(block, one, value)) node.kept = value;
      else node.write(node.kept);
    };
  }
  return node;
}

const described = (place) => ({ "aria-describedby": place.describedBy ?? null, ...place.attributes });
const named = (one, place, fallback) => (place.attributes?.id ? {} : { "aria-label": one.placeholder?.text ?? fallback });
const told = (event) => event.currentTarget.changed();

function button(block, one, { use }) {
  const press = () => {
    if (one.url) window.open(one.url, "_blank", "noopener");
    use(block, one);
  };
  // the label repeats what is on the button first, so that it can be called by what is seen
  const attributes = { type: "button", class: `button ${one.style ?? ""}`, "aria-label": one.accessibility_label ?? null, onclick: press };
  return h("button", attributes, one.text.emoji === false ? one.text.text : withEmoji(one.text.text));
}

function overflow(block, one, { names, use, describedBy }) {
  const menu = h("details", { class: "overflow" },
    h("summary", { class: "button", "aria-label": "More actions", "aria-describedby": describedBy ?? null, "data-focus": `${one.action_id} ${block.block_id}` }, "⋯"),
    h("ul", {}, one.options.map((option) => h("li", {},
      h("button", { type: "button", onclick: () => choose(option) }, text(option.text, names),
        option.description ? h("span", { class: "what" }, text(option.description, names)) : null)))));
  const choose = (option) => {
    menu.open = false;
    menu.firstChild.focus();
    if (option.url) window.open(option.url, "_blank", "noopener");
    use(block, one, option.value);
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    event.stopPropagation();
    menu.open = false;
    menu.firstChild.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("toggle", () => menu.open && menu.lastChild.scrollIntoView({ block: "nearest" }));
  return menu;
}

const offered = (one) => one.option_groups ?? [{ options: one.options }];
const people = (_one, names) => [{ options: names.everybody }];
const channels = (_one, names) => [{ options: names.places }];

const menu = (groupsOf) => (block, one, place) => {
  const options = (list) => list.map((option) => h("option", { value: option.value }, option.text.text));
  const drawn = h("select", { class: place.attributes?.id ? "" : "button", ...named(one, place, "Select an option"), ...described(place), onchange: told },
    h("option", { value: "" }, one.placeholder?.text ?? "Select an option"),
    groupsOf(one, place.names).map((group) => (group.label ? h("optgroup", { label: group.label.text }, options(group.options)) : options(group.options))));
  drawn.read = () => drawn.value || null;
  drawn.write = (value) => {
    drawn.value = value ?? "";
    if (drawn.selectedIndex < 0) drawn.value = "";
  };
  return drawn;
};

function suggesting(block, one, place) {
  const list = h("datalist", { id: `offer-${block.block_id}-${one.action_id}`.replace(/\W/g, "-") });
  const line = h("input", { type: "text", list: list.id, placeholder: one.placeholder?.text ?? "Type to search", ...named(one, place, "Type to search"), ...described(place), "data-focus": `${one.action_id} ${block.block_id}` });
  const drawn = h("span", { class: "suggesting" }, line, list);
  let known = [];
  const find = () => known.find((option) => option.text.text === line.value);
  line.addEventListener("input", async () => {
    if (find()) return drawn.changed();
    if (line.value.length < (one.min_query_length ?? 3)) return;
    known = (await place.ask?.(block, one, line.value)) ?? [];
    list.replaceChildren(...known.map((option) => h("option", { value: option.text.text })));
  });
  drawn.read = () => find()?.value ?? drawn.kept ?? null;
  drawn.write = (value) => {
    if (!value) line.value = "";
  };
  return drawn;
}

const boxes = (type, groupsOf) => (block, one, place) => {
  const name = `${place.prefix} ${block.block_id} ${one.action_id}`;
  const many = type === "checkbox";
  const box = (option) => {
    const input = h("input", { type, name, value: option.value, "data-focus": `${name} ${option.value}`, onchange: () => drawn.changed() });
    return h("label", { class: "box" }, input,
      h("span", {}, text(option.text, place.names), option.description ? h("span", { class: "what" }, text(option.description, place.names)) : null));
  };
  const { id, ...more } = described(place);
  const drawn = h("div", { class: `boxes ${many && one.type !== "checkboxes" ? "long" : ""}`, role: many ? "group" : "radiogroup", ...more,
    "aria-labelledby": id ? `${id}-label` : place.describedBy ?? null, "aria-label": id || place.describedBy ? null : "Options" },
    groupsOf(one, place.names).map((group) => [group.label ? h("p", { class: "group-label" }, group.label.text) : null, group.options.map(box)]));
  if (!id) drawn.removeAttribute("aria-describedby");
  if (many) drawn.removeAttribute("aria-required");
  const all = () => [...drawn.querySelectorAll("input")];
  drawn.read = () => {
    const chosen = all().filter((input) => input.checked).map((input) => input.value);
    return many ? chosen : chosen[0] ?? null;
  };
  drawn.write = (value) => all().forEach((input) => (input.checked = [value].flat().includes(input.value)));
  return drawn;
};

const picker = (type, fallback, read = (value) => value, write = (value) => value) => (block, one, place) => {
  const drawn = h("input", { type, class: "picker", ...named(one, place, fallback), ...described(place), title: type === "datetime-local" ? `In the time zone ${place.names.zone}` : null, onchange: told });
  drawn.read = () => (drawn.value ? read(drawn.value, place.names) : null);
  drawn.write = (value) => (drawn.value = value === null ? "" : write(value, place.names));
  return drawn;
};

const line = (attributes) => (block, one, place) => {
  const when = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const shared = { placeholder: one.placeholder?.text ?? null, ...described(place) };
  const drawn = one.multiline ? h("textarea", { rows: "4", ...shared }) : h("input", { ...attributes(one), ...shared });
  drawn.read = () => drawn.value || null;
  drawn.write = (value) => (drawn.value = value ?? "");
  if (!block.dispatch_action) return drawn;
  drawn.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || !when.includes("on_enter_pressed")) return;
    event.preventDefault();
    drawn.changed();
  });
  let waiting;
  if (when.includes("on_character_entered")) drawn.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawn.changed, 300);
  });
  return drawn;
};

const figure = (one) => ({ type: "number", step: one.is_decimal_allowed ? "any" : "1", min: one.min_value, max: one.max_value });

const CONTROLS = {
  button,
  overflow,
  static_select: menu(offered),
  users_select: menu(people),
  conversations_select: menu(channels),
  channels_select: menu(channels),
  external_select: suggesting,
  checkboxes: boxes("checkbox", offered),
  radio_buttons: boxes("radio", offered),
  multi_static_select: boxes("checkbox", offered),
  multi_users_select: boxes("checkbox", people),
  datepicker: picker("date", "Pick a day"),
  timepicker: picker("time", "Pick a time"),
  datetimepicker: picker("datetime-local", "Pick a day and a time",
    (value, names) => epochOf(value, names.zone), (value, names) => localOf(value, names.zone)),
  plain_text_input: line(() => ({ type: "text" })),
  number_input: line(figure),
};

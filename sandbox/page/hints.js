// What the line suggests while somebody types: commands with their usage, the words of one, people, channels.

import { h } from "./dom.js";

// Returns suggestions, each with `write` (the line with it taken), what is shown, and `usage` to stand below them.
export function suggestions(typed, { commands, people, places }) {
  const found = typed.startsWith("/") ? ofCommands(typed, commands) : { options: [], usage: "" };
  const [, sign, name] = /(?:^|\s)([@#])([\w.-]*)$/.exec(typed) ?? [];
  if (found.options.length || sign === undefined) return found;
  const before = typed.slice(0, typed.length - name.length);
  const options = sign === "@"
    ? people.filter((one) => [one.name, one.real_name].some((known) => fits(known, name))).map((one) => offer(`@${one.name}`, one.real_name, "", `${before}${one.name} `))
    : places.filter((one) => fits(one.text.text.slice(1), name)).map((one) => offer(one.text.text, "", "", `${before}${one.text.text.slice(1)} `));
  return { options, usage: found.usage };
}

function ofCommands(typed, commands) {
  const [name, ...rest] = typed.split(" ");
  if (!rest.length) {
    const fitting = commands.filter((one) => one.command.startsWith(name));
    return { options: fitting.map((one) => offer(one.command, one.usage_hint, one.description, `${one.command} `)), usage: "" };
  }
  const command = commands.find((one) => one.command === name);
  if (!command) return { options: [], usage: "" };
  const word = rest.join(" ");
  // alternatives stand between bars; words in small letters are typed as they are
  const known = command.usage_hint.split("|").map((one) => one.trim()).filter((one) => /^[a-z]/.test(one) && one.split(" ")[0].startsWith(word) && one.split(" ")[0] !== word);
  return { options: known.map((one) => offer(one, "", "", `${name} ${one.split(" ")[0]} `)), usage: `${name} ${command.usage_hint}` };
}

const offer = (name, usage, what, write) => ({ name, usage, what, write });
const fits = (known, typed) => known.toLowerCase().startsWith(typed.toLowerCase());

// A list of suggestions below which the usage stands; `take(write)` is called with what was chosen.
export function list(id, take) {
  const options = h("ul", { id, role: "listbox", "aria-label": "Suggestions" });
  const usage = h("p", { class: "usage" });
  const box = h("div", { class: "hints", hidden: true }, options, usage);
  let shown = [];
  let at = -1;
  const choose = (index) => {
    at = index;
    [...options.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    options.children[at]?.scrollIntoView({ block: "nearest" });
  };
  return {
    box,
    fill(found) {
      shown = found.options;
      options.replaceChildren(...shown.map((one, index) => option(`${id}-${index}`, one, () => take(one.write))));
      options.hidden = !shown.length;
      usage.textContent = found.usage;
      usage.hidden = !found.usage;
      box.hidden = !shown.length && !found.usage;
      choose(-1);
    },
    hide: () => (box.hidden = true),
    move: (steps) => choose(((at < 0 && steps < 0 ? 0 : at) + steps + shown.length) % shown.length),
    open: () => !box.hidden && shown.length > 0,
    chosen: () => shown[at],
    first: () => shown[0],
    id: () => (at < 0 ? null : `${id}-${at}`),
  };
}

// the press keeps the focus in the line, where the list is steered from
const option = (id, one, take) =>
  h("li", { id, role: "option", "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: take },
    h("strong", {}, one.name), one.usage ? h("span", { class: "usage" }, ` ${one.usage}`) : null, one.what ? h("span", { class: "what" }, one.what) : null);

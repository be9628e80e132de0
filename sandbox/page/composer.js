// The line to type in: messages that may mention somebody, and slash commands, with suggestions and a memory.

import { act } from "./api.js";
import { h } from "./dom.js";
import { list, suggestions } from "./hints.js";

const KEPT = 50;

export function composer(form, { id, label, place, commands }) {
  const line = h("input", { id, type: "text", role: "combobox", "aria-label": label, placeholder: label, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-hints` });
  const known = { commands: [], people: [], places: [] };
  const write = (text) => {
    line.value = text;
    line.focus();
    refresh();
  };
  const hints = list(`${id}-hints`, write);
  const refresh = () => {
    hints.fill(line.value ? suggestions(line.value, known) : { options: [], usage: "" });
    steer();
  };
  const steer = () => {
    line.setAttribute("aria-expanded", String(hints.open()));
    if (hints.id()) line.setAttribute("aria-activedescendant", hints.id());
    else line.removeAttribute("aria-activedescendant");
  };
  const hide = () => {
    hints.hide();
    steer();
  };
  const said = memory(line);
  line.addEventListener("input", refresh);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) hide();
  });
  line.addEventListener("keydown", (event) => {
    if (press(event, hints, { hide, steer, write, said })) event.preventDefault();
  });
  form.replaceChildren(hints.box, h("div", { class: "composer-row" }, line, h("button", { type: "submit", class: "button primary" }, "Send")));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const typed = line.value.trim();
    if (!typed) return;
    write("");
    said.keep(typed);
    const sent = await act(commands && typed.startsWith("/") ? "command" : "say", { ...place(), line: typed });
    if (!sent && !line.value) line.value = typed;
  };
  return {
    line,
    offer: (offered, people, places) => Object.assign(known, { commands: offered, people, places }),
    name: (text) => {
      line.setAttribute("aria-label", text);
      line.placeholder = commands ? `${text}, or type / for a command` : text;
    },
  };
}

// Returns whether the key was taken.
function press(event, hints, { hide, steer, write, said }) {
  const up = event.key === "ArrowUp";
  if (up || event.key === "ArrowDown") {
    if (!hints.open()) return said.step(up ? -1 : 1);
    hints.move(up ? -1 : 1);
    steer();
    return true;
  }
  if (event.key === "Escape" && !hints.box.hidden) {
    hide();
    return true;
  }
  const meant = hints.open() && (hints.chosen() ?? (event.key === "Tab" ? hints.first() : null));
  if (!meant || event.shiftKey || !["Tab", "Enter"].includes(event.key)) return false;
  write(meant.write);
  return true;
}

// What was sent before comes back with the arrow keys, while the line is empty or shows such a line.
function memory(line) {
  const kept = [];
  let at = 0;
  return {
    keep: (typed) => {
      kept.push(typed);
      if (kept.length > KEPT) kept.shift();
      at = kept.length;
    },
    step: (steps) => {
      if (line.value && line.value !== kept[at]) return false;
      const next = at + steps;
      if (next < 0 || next > kept.length) return false;
      at = next;
      line.value = kept[at] ?? "";
      return true;
    },
  };
}

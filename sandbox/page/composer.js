// The line to type in: messages that may mention somebody, and slash commands, both with hints.

import { act } from "./api.js";
import { h } from "./dom.js";

export function composer(form, { id, label, place, commands }) {
  const hints = h("ul", { class: "hints", id: `${id}-hints`, "aria-label": "Suggestions", hidden: true });
  const line = h("input", { id, type: "text", "aria-label": label, placeholder: label, "aria-describedby": `${id}-hints` });
  const state = { commands: [], people: [] };
  const refresh = () => {
    const typed = line.value.split(" ")[0];
    const fitting = commands && typed.startsWith("/") ? state.commands.filter((one) => one.command.startsWith(typed)) : [];
    const name = /(?:^|\s)@([\w.-]*)$/.exec(line.value)?.[1];
    const meant = name === undefined || fitting.length ? [] : state.people.filter((one) => fits(one, name.toLowerCase()));
    hints.replaceChildren(
      ...fitting.map((one) => hint(one, line, refresh)),
      ...meant.map((one) => mention(one, line, line.value.slice(0, line.value.length - name.length), refresh)));
    hints.hidden = !hints.children.length;
  };
  line.addEventListener("input", refresh);
  line.addEventListener("focus", refresh);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) hints.hidden = true;
  });
  line.addEventListener("keydown", (event) => {
    const first = hints.querySelector("button");
    if (event.key === "Escape") hints.hidden = true;
    if (event.key === "Tab" && !event.shiftKey && first && !hints.hidden) {
      event.preventDefault();
      first.click();
    }
  });
  form.replaceChildren(hints, h("div", { class: "composer-row" }, line, h("button", { type: "submit", class: "button primary" }, "Send")));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const typed = line.value.trim();
    if (!typed) return;
    line.value = "";
    refresh();
    const sent = await act(commands && typed.startsWith("/") ? "command" : "say", { ...place(), line: typed });
    if (!sent && !line.value) line.value = typed;
  };
  return {
    line,
    offer: (known, people) => {
      Object.assign(state, { commands: known, people });
    },
    name: (text) => {
      line.setAttribute("aria-label", text);
      line.placeholder = commands ? `${text}, or type / for a command` : text;
    },
  };
}

const fits = (one, typed) => [one.name, one.real_name].some((name) => name.toLowerCase().startsWith(typed));

const hint = (one, line, refresh) =>
  offer(line, `${one.command} `, refresh,
    h("strong", {}, one.command), " ", h("span", { class: "usage" }, one.usage_hint), h("span", { class: "what" }, one.description));

const mention = (one, line, before, refresh) =>
  offer(line, `${before}${one.name} `, refresh, h("strong", {}, `@${one.name}`), " ", h("span", { class: "usage" }, one.real_name));

function offer(line, written, refresh, ...words) {
  const take = () => {
    line.value = written;
    line.focus();
    refresh();
  };
  return h("li", {}, h("button", { type: "button", onclick: take }, words));
}

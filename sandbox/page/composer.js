// The line to type in: messages, and slash commands with their hints.

import { act } from "./api.js";
import { h } from "./dom.js";

export function composer(form, { id, label, place, commands }) {
  const hints = h("ul", { class: "hints", id: `${id}-hints`, "aria-label": "Commands", hidden: true });
  const line = h("input", { id, type: "text", "aria-label": label, placeholder: label, "aria-describedby": `${id}-hints` });
  const state = { commands: [] };
  const refresh = () => {
    const typed = line.value.split(" ")[0];
    const fitting = commands && typed.startsWith("/") ? state.commands.filter((one) => one.command.startsWith(typed)) : [];
    hints.replaceChildren(...fitting.map((one) => hint(one, line, refresh)));
    hints.hidden = !fitting.length;
  };
  line.addEventListener("input", refresh);
  line.addEventListener("keydown", (event) => {
    const first = hints.querySelector("button");
    if (event.key === "Escape") hints.hidden = true;
    if (event.key === "Tab" && !event.shiftKey && first && !line.value.includes(" ")) {
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
    offer: (known) => {
      state.commands = known;
    },
    name: (text) => {
      line.setAttribute("aria-label", text);
      line.placeholder = commands ? `${text}, or type / for a command` : text;
    },
  };
}

function hint(one, line, refresh) {
  const take = () => {
    line.value = `${one.command} `;
    line.focus();
    refresh();
  };
  return h("li", {}, h("button", { type: "button", onclick: take },
    h("strong", {}, one.command), " ", h("span", { class: "usage" }, one.usage_hint), h("span", { class: "what" }, one.description)));
}

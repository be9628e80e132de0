// The Home tab of the person: what the app published for them, drawn anew when that changed.

import { blocks, typedIn } from "./blocks.js";
import { h, refill } from "./dom.js";
import { inspect } from "./inspector.js";
import { using } from "./using.js";

export function show(pane, home, me, names, app) {
  const now = JSON.stringify([me, home?.view.id, home?.view.hash, home?.trouble, names.version]);
  if (pane.dataset.signature === now) return;
  const typed = pane.dataset.view === home?.view.id && pane.dataset.me === me ? typedIn(pane) : {};
  Object.assign(pane.dataset, { signature: now, view: home?.view.id ?? "", me });
  if (!home) return pane.replaceChildren(h("p", { class: "none" }, `${app.name} has not published anything here for you yet.`));
  const target = { person: me, view: home.view.id };
  const place = { ...using(target, names, () => pane), names, prefix: "home", values: home.values, errors: home.errors, typed };
  refill(pane,
    h("div", { class: "blocks" }, home.trouble ? h("p", { class: "trouble", role: "alert" }, home.trouble) : null, blocks(home.view.blocks, place)),
    h("p", { class: "inspect" }, h("button", { type: "button", class: "button", "data-focus": "inspect", onclick: () => inspect(target) }, "Inspect this Home tab")));
}

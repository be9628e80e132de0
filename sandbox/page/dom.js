// Builds elements. Text only ever becomes text: nothing here, or anywhere on the page, parses HTML.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// Puts items into a parent in order and touches only those that changed, so that focus survives.
export function reconcile(parent, items, build) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const keys = new Set(items.map((item) => item.key));
  for (const [key, gone] of known) if (!keys.has(key)) gone.remove();
  let before = null;
  for (const item of items) {
    const signature = JSON.stringify(item.content);
    let node = known.get(item.key);
    if (!node || node.signature !== signature) {
      const fresh = build(item.content);
      fresh.dataset.key = item.key;
      fresh.signature = signature;
      if (node) replace(node, fresh);
      node = fresh;
    }
    const next = before ? before.nextElementSibling : parent.firstElementChild;
    if (next !== node) parent.insertBefore(node, next);
    before = node;
  }
}

function replace(node, fresh) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "" : null;
  node.replaceWith(fresh);
  if (focused !== null) (found(fresh, focused) ?? (fresh.tabIndex === -1 || fresh.tabIndex === 0 ? fresh : null))?.focus({ preventScroll: true });
}

// What a key of focus names: the same control, or the same act where the block around it is another one.
function found(node, key) {
  if (!key) return null;
  return node.querySelector(`[data-focus="${CSS.escape(key)}"]`) ?? node.querySelector(`[data-focus^="${CSS.escape(key.split(" ")[0])} "]`);
}

// Puts nodes in place of all that is in a parent; focus stays on what is still there, and so does the place scrolled to.
export function refill(parent, ...nodes) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const scrolled = [parent.scrollTop, parent.querySelector(".dialog-body")?.scrollTop ?? 0];
  parent.replaceChildren(...nodes);
  if (focused) found(parent, focused)?.focus({ preventScroll: true });
  parent.scrollTop = scrolled[0];
  parent.querySelector(".dialog-body")?.scrollTo(0, scrolled[1]);
}

export function link(url, ...children) {
  const safe = /^(https?|mailto):/i.test(url) ? url : null;
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children) : h("span", {}, children);
}

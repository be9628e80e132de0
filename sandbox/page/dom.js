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
  items.forEach((item, index) => {
    const signature = JSON.stringify(item.content);
    let node = known.get(item.key);
    known.delete(item.key);
    if (!node || node.signature !== signature) {
      const fresh = build(item.content);
      fresh.dataset.key = item.key;
      fresh.signature = signature;
      if (node) {
        const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
        node.replaceWith(fresh);
        if (focused) fresh.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
      }
      node = fresh;
    }
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

// Puts a node in place of all that is in a parent; focus stays on what is still there, and so does the place scrolled to.
export function refill(parent, node) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const scrolled = [parent.scrollTop, parent.querySelector(".dialog-body")?.scrollTop ?? 0];
  parent.replaceChildren(node);
  if (focused) parent.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  parent.scrollTop = scrolled[0];
  parent.querySelector(".dialog-body")?.scrollTo(0, scrolled[1]);
}

export function link(url, ...children) {
  const safe = /^(https?|mailto):/i.test(url) ? url : null;
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children) : h("span", {}, children);
}

// Walking through messages by arrow keys: one of them takes part in the order of Tab, with what is in it.

export function browse(log) {
  log.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const here = event.target.closest?.("article");
    const end = { Home: 0, End: -1 }[event.key];
    if (event.target !== here || (steps === undefined && end === undefined)) return;
    const all = [...log.querySelectorAll("article")];
    const next = steps === undefined ? all.at(end) : all[all.indexOf(here) + steps];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
  log.addEventListener("focusin", (event) => {
    if (event.target.matches("article")) only(log, event.target);
  });
}

// Keeps exactly one message in the order of Tab: the one that had the focus, or the newest.
export function only(log, article) {
  const all = [...log.querySelectorAll("article")];
  const kept = article ?? all.find((one) => one === document.activeElement) ?? all.at(-1);
  for (const one of all) {
    const index = one === kept ? 0 : -1;
    if (one.tabIndex !== index) one.tabIndex = index;
  }
}

// What the page knows: where it looks, as whom, and what the sandbox said last. Asks again after every change.

import { Unknown, state as load } from "./api.js";
import { begin, marks } from "./seen.js";

export const STEP = 50;
const PAUSE = 1000;

export const page = {
  state: null,
  me: sessionStorage.getItem("me"),
  channel: "",
  tab: "messages",
  thread: "",
  last: STEP,
  privateAfter: sessionStorage.getItem("ephemerals") === "kept" ? "0" : null,
  panelHidden: innerWidth < 1100,
  lost: false,
  at: 0,
};

const listeners = [];
export const onState = (listener) => listeners.push(listener);
export const redraw = () => listeners.forEach((listener) => page.state && listener());

// The workspace's time now, in seconds: what the sandbox said, and what has passed since.
export const now = () => (page.state ? page.state.now + (performance.now() - page.at) / 1000 : 0);

let running = null;
let again = false;

// Resolves when what is shown is not older than this call.
export function refresh() {
  again = true;
  running ??= (async () => {
    while (again) {
      again = false;
      await ask();
    }
    running = null;
  })();
  return running;
}

export function lost() {
  page.lost = true;
  redraw();
}

let retry;
async function ask() {
  const where = { person: page.me ?? "", channel: page.channel, thread: page.thread, last: page.last };
  const more = page.privateAfter === null ? {} : { private_after: page.privateAfter };
  let state;
  try {
    state = await load({ ...where, ...more, seen: JSON.stringify(marks(page.me)) });
  } catch (error) {
    if (error instanceof Unknown && page.me) return forget();
    clearTimeout(retry);
    retry = setTimeout(refresh, PAUSE);
    return lost();
  }
  const asked = [where.person, where.channel, where.thread].join();
  if (asked !== [page.me ?? "", page.channel, page.thread].join()) return;
  // who one has become may not see the place: the address follows, else a link back to it would lead nowhere
  if (where.channel && where.channel !== state.here) history.replaceState(null, "", `#${state.here}`);
  Object.assign(page, { state, me: state.me, channel: state.here, privateAfter: state.private_after, lost: false, at: performance.now() });
  if (begin(state)) again = true;
  redraw();
}

function forget() {
  sessionStorage.removeItem("me");
  page.me = null;
  again = true;
}

export async function become(person) {
  page.me = person;
  sessionStorage.setItem("me", person);
  await refresh();
}

export async function go(channel, tab = "messages", thread = "") {
  if (channel !== page.channel) page.last = STEP;
  Object.assign(page, { channel, tab, thread });
  await refresh();
}

// What each person has read, in this tab: by channel, and by channel/ts of a thread.

const MOST = 80;
const RECENT = 12 * 3600;

const key = (me) => `seen ${me}`;
export const marks = (me) => JSON.parse(sessionStorage.getItem(key(me)) ?? "{}");
const later = (one, other) => Number(one) > Number(other ?? 0);

export function mark(me, place, ts) {
  const known = marks(me);
  if (!ts || !later(ts, known[place])) return;
  delete known[place];
  known[place] = ts;
  const kept = Object.entries(known).slice(-MOST);
  sessionStorage.setItem(key(me), JSON.stringify(Object.fromEntries(kept)));
}

// Who looks for the first time has not read what is of today alone; a clock that went back has nothing read.
export function begin(state) {
  const known = marks(state.me);
  const future = Object.values(known).some((ts) => Number(ts) > state.now + 60);
  if (sessionStorage.getItem(key(state.me)) && !future) return false;
  const from = `${Math.floor(state.now - RECENT)}.000000`;
  sessionStorage.setItem(key(state.me), JSON.stringify(Object.fromEntries(state.channels.map((one) => [one.id, from]))));
  return true;
}

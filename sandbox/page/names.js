// Names of everybody and everything, as the one who reads knows them, and when and where that is.

import { dayAt } from "./time.js";

export function names(state, now) {
  const channels = Object.fromEntries(state.channels.map((one) => [one.id, one.name]));
  const people = Object.values(state.people).filter((one) => one.may_act);
  const option = (value, text) => ({ value, text: { type: "plain_text", text, emoji: false } });
  const zone = state.people[state.me].tz;
  return {
    person: (id) => `@${state.people[id]?.name ?? id}`,
    channel: (id) => `#${channels[id] ?? id}`,
    usergroup: (id) => `@${state.usergroups[id] ?? id}`,
    everybody: people.map((one) => option(one.id, one.real_name)),
    places: state.channels.filter((one) => !one.direct).map((one) => option(one.id, `#${one.name}`)),
    mentioned: [state.people[state.app.user], ...people].filter(Boolean),
    me: state.me,
    mine: [state.me, ...state.people[state.me].groups],
    zone,
    now,
    version: [state.me, Object.keys(state.people).length, Object.keys(channels).length, dayAt(now, zone)],
  };
}

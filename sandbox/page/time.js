// Moments in the time zone of whoever reads.

// to make one is slow, and a long channel needs thousands
const made = new Map();
function format(at, zone, options) {
  const key = JSON.stringify([zone, options]);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return made.get(key).format(at);
}
const clock = (at, zone) => format(at, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = (at, zone) => format(at, zone, { dateStyle: "short" });

export const seconds = (ts) => new Date(Number(ts.split(".")[0]) * 1000);
export const timeOf = (ts, zone) => clock(seconds(ts), zone);
export const dayOf = (ts, zone) => dayAt(seconds(ts) / 1000, zone);
const DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
export const dayAt = (epoch, zone) => format(new Date(epoch * 1000), zone, DAY);
export const momentAt = (epoch, zone) => `${dayAt(epoch, zone)}, ${clock(new Date(epoch * 1000), zone)} (${zone})`;

// Slack's <!date^...> tokens; the pretty ones say today, yesterday and tomorrow.
export function slackDate(timestamp, form, { zone, now }) {
  const at = new Date(Number(timestamp) * 1000);
  const short = format(at, zone, { month: "short", day: "numeric", year: "numeric" });
  const long = format(at, zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const near = relative(at, zone, now);
  const tokens = {
    date_num: format(at, zone, { dateStyle: "short" }).split("/").reverse().join("-"),
    date_slash: day(at, zone),
    date_long: long, date_long_pretty: near ?? long,
    date_short: short, date_short_pretty: near ?? short,
    date: short, date_pretty: near ?? short,
    time: clock(at, zone),
    time_secs: format(at, zone, { timeStyle: "medium" }),
    ago: ago(Number(timestamp) - now),
  };
  return form.replace(/\{(\w+)\}/g, (whole, name) => tokens[name] ?? whole);
}

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(away) {
  const [unit, size] = UNITS.find(([, one]) => Math.abs(away) >= one) ?? UNITS[3];
  return new Intl.RelativeTimeFormat("en").format(Math.round(away / size), unit);
}

function relative(at, zone, now) {
  const names = { "-1": "yesterday", 0: "today", 1: "tomorrow" };
  for (const [days, name] of Object.entries(names)) {
    if (day(new Date((now + Number(days) * 86400) * 1000), zone) === day(at, zone)) return name;
  }
  return null;
}

// A moment in seconds as a picker shows it, in somebody's own time zone, and the other way round.
export const localOf = (timestamp, zone) => {
  const at = new Date(Number(timestamp) * 1000);
  return `${format(at, zone, { dateStyle: "short" }).split("/").reverse().join("-")}T${clock(at, zone)}`;
};

export function epochOf(local, zone) {
  const wanted = Date.parse(`${local}Z`) / 1000;
  // the second look is right where the clocks changed between the guess and the moment
  let guess = wanted;
  for (let look = 0; look < 2; look += 1) guess += wanted - Date.parse(`${localOf(guess, zone)}Z`) / 1000;
  return guess;
}

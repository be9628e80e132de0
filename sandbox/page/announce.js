// Tells screen readers of each new message in view once; what changes in its place is not told again, as in Slack.

const LONGEST = 240;
let place = "";
let last = 0;

export function announce(state, where, messages) {
  const newest = Math.max(0, ...messages.map((one) => Number(one.ts)));
  if (where !== place) {
    [place, last] = [where, newest];
    return;
  }
  const news = messages.filter((one) => Number(one.ts) > last && one.author !== state.me);
  last = Math.max(last, newest);
  const region = document.getElementById("news");
  for (const one of news) {
    const line = document.createElement("p");
    const who = state.people[one.author]?.real_name ?? one.author;
    line.textContent = `${who}${one.ephemeral ? ", to you only" : ""}: ${one.text.slice(0, LONGEST)}`;
    region.append(line);
  }
  while (region.children.length > 5) region.firstChild.remove();
}

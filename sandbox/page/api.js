// Talks with the sandbox: what is to be seen, the acts of people, the pipeline, the clock, what goes wrong.

export class Unknown extends Error {}

export async function state(query) {
  const answer = await fetch(`/sandbox/state?${new URLSearchParams(query)}`);
  if (answer.ok) return answer.json();
  const said = (await answer.json()).error;
  throw answer.status === 404 ? new Unknown(said) : new Error(said);
}

export const act = async (name, body) => (await post(`/sandbox/act/${name}`, body)) !== null;
export const ask = async (name, body) => (await post(`/sandbox/act/${name}`, body))?.said ?? null;
export const pipeline = async (name, body) => (await post(`/sandbox/github/${name}`, body)) !== null;
export const forward = async (seconds) => (await post("/sandbox/clock", { forward_seconds: seconds })) !== null;

export const faults = (rules) => send("PUT", "/sandbox/faults", rules);
export const weather = (change) => send("PUT", "/sandbox/weather", change);
export const hangUp = (reason) => post("/sandbox/disconnect", { reason });

const post = (path, body) => send("POST", path, body);

async function send(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    tell("The sandbox does not answer, so that did not happen. Try again once it is back.");
    return null;
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  tell(said.error ?? "That did not work.");
  return null;
}

export function tell(text) {
  const place = document.getElementById("told");
  place.textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => (place.textContent = ""), 6000);
}

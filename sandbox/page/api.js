// Talks with the sandbox: what is to be seen, what changes, and the acts of people.

export async function state(person) {
  const answer = await fetch(`/sandbox/state?person=${encodeURIComponent(person ?? "")}`);
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.json();
}

export function onChange(listener) {
  const source = new EventSource("/sandbox/changes");
  source.addEventListener("message", listener);
  return source;
}

export const act = (name, body) => post(`/sandbox/act/${name}`, body);
export const pipeline = (name, body) => post(`/sandbox/github/${name}`, body);

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) tell((await answer.json().catch(() => ({}))).error ?? "That did not work.");
  return answer.ok;
}

export function tell(text) {
  const place = document.getElementById("told");
  place.textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => (place.textContent = ""), 6000);
}

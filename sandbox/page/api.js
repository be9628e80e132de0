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

export const act = async (name, body) => (await post(`/sandbox/act/${name}`, body)) !== null;
export const ask = async (body) => (await post("/sandbox/act/options", body))?.said ?? [];
export const pipeline = async (name, body) => (await post(`/sandbox/github/${name}`, body)) !== null;

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
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

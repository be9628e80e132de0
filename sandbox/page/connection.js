// Hears of every change; where the sandbox is gone, tries again until it is back.

const PAUSE = 1000;

export function watch(changed, lost) {
  const source = new EventSource("/sandbox/changes");
  source.addEventListener("message", changed);
  source.addEventListener("error", () => {
    lost();
    // the browser itself tries again, unless it was answered with something else than a stream
    if (source.readyState === EventSource.CLOSED) setTimeout(() => watch(changed, lost), PAUSE);
  });
}

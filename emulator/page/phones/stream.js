// The stream of changes. The browser opens it again by itself after a break, and then hears everything afresh.
import { setClock } from "/page/core/clock.js";

/** `take` gets each change, `tell` whether the line is live. */
export function listen(take, tell) {
  const stream = new EventSource("/_emulator/stream");
  stream.onopen = () => tell(true);
  stream.onerror = () => {
    tell(false);
    // A refused stream is closed for good: the emulator was away and somebody else answered.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(take, tell), 2000);
  };
  stream.onmessage = (event) => {
    const changes = JSON.parse(event.data);
    if (changes.now_ms) setClock(changes.now_ms);
    take(changes);
  };
}

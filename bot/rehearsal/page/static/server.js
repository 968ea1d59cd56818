// Words with the server.

const SHARED = "rehearsal";

async function json(response) {
  if (!response.ok) throw new Error(`${response.status} of ${response.url}`);
  return response.json();
}

/** Ask the server to do something; the answer has a notice for whoever acted, or null. */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return json(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** The panes of one look. */
export async function panes(query) {
  return json(await fetch(`/panes?${query}`));
}

/** The payload of one entry of the inspector, as text. */
export async function payload(key) {
  const response = await fetch(`/payload/${key}`);
  return response.ok ? response.text() : "";
}

/**
 * Call `changed` at every change, and `lost` with true or false as the stream breaks or comes back.
 *
 * A browser opens six connections to one server and no more, and a stream keeps one of them for itself. So all
 * windows of a browser share one stream: whichever has the lock reads it, and tells the others.
 */
export function listen(changed, lost) {
  const windows = new BroadcastChannel(SHARED);
  const hear = (beats) => {
    lost(!beats);
    if (beats) changed();
  };
  const tell = (beats) => {
    windows.postMessage(beats);
    hear(beats);
  };
  windows.addEventListener("message", (event) => hear(event.data));
  navigator.locks.request(SHARED, () => {
    const stream = new EventSource("/events");
    stream.addEventListener("message", () => tell(true));
    stream.addEventListener("error", () => tell(false));
    return new Promise(() => {}); // until this window is closed
  });
  changed(); // what came between the drawing of this page and its listening
}

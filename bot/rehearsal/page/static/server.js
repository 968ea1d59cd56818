// Words with the server.

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

/** Call `changed` at every change, and `lost` with true or false as the stream breaks or comes back. */
export function listen(changed, lost) {
  const stream = new EventSource("/events");
  stream.addEventListener("message", () => {
    lost(false);
    changed();
  });
  stream.addEventListener("error", () => lost(true));
}

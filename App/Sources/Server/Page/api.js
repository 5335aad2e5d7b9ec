// Talks to the server. Every refusal becomes an error with words for a person.

export class Refusal extends Error {
  constructor(status, details) {
    super(details?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = details?.code ?? 'unknown';
  }
}

async function answer(response) {
  if (response.ok) return response;
  let body = null;
  try { body = await response.json(); } catch { /* not ours */ }
  const refusal = new Refusal(response.status, body?.error);
  refusal.expected = body?.expected;
  throw refusal;
}

export async function ask(path, method = 'GET', body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { 'Content-Type': 'application/json' };
  }
  const response = await answer(await fetch(path, options));
  return response.status === 204 ? null : response.json();
}

export async function bytes(path) {
  return (await answer(await fetch(path))).arrayBuffer();
}

export async function file(path) {
  return (await answer(await fetch(path))).blob();
}

export async function sendPiece(path, samples) {
  const response = await fetch(path, { method: 'POST', body: samples, headers: { 'Content-Type': 'application/octet-stream' } });
  return (await answer(response)).json();
}

/** Sends a file, telling how far it is. */
export function upload(blob, name, key, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/jobs?name=${encodeURIComponent(name)}&upload=${encodeURIComponent(key)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onerror = () => reject(new Refusal(0, { message: '', code: 'connection' }));
    request.onload = () => {
      let body = null;
      try { body = JSON.parse(request.responseText); } catch { /* not ours */ }
      if (request.status === 201) resolve(body);
      else reject(new Refusal(request.status, body?.error));
    };
    request.send(blob);
  });
}

/** Listens to the server's events; connects again when the connection breaks. */
export function listen(handlers, onLost) {
  const source = new EventSource('/api/events');
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.onerror = () => {
    onLost();
    // A refused connection is not tried again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(handlers, onLost), 2000);
  };
  return source;
}

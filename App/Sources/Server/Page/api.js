// The server's interface: requests, uploads with their progress, and the stream of events.
export class ApiError extends Error {
  constructor(status, body) {
    super(body?.error?.message || `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? null;
    this.body = body;
  }
}

/** `isLast` for what must arrive though the page goes; browsers take 64 kB of it. */
async function request(method, path, body, isLast = false) {
  const isBinary = body instanceof ArrayBuffer || body instanceof Blob || ArrayBuffer.isView(body);
  const content = body === undefined || isBinary ? body : JSON.stringify(body);
  const response = await fetch(`/api/${path}`, {
    method,
    keepalive: isLast && content?.length < 20_000,
    headers: body === undefined ? {} : { 'Content-Type': isBinary ? 'application/octet-stream' : 'application/json' },
    body: content,
  });
  if (response.ok) return response;
  throw new ApiError(response.status, await response.json().catch(() => null));
}

const json = async (...values) => (await request(...values)).json();
const job = id => `jobs/${encodeURIComponent(id)}`;

export const api = {
  start: (id, options) => json('POST', `${job(id)}/start`, options),
  cancel: id => json('POST', `${job(id)}/cancel`),
  retry: (id, range) => json('POST', `${job(id)}/retry`, { range }),
  move: (id, before) => request('POST', `${job(id)}/move`, { before }),
  saveEdits: (id, paragraphs) => request('PUT', `${job(id)}/edits`, { paragraphs }, true),
  dropEdits: id => request('DELETE', `${job(id)}/edits`),
  polish: (id, options) => json('POST', `${job(id)}/polish`, options),
  remove: id => request('DELETE', job(id)),
  read: id => json('GET', job(id)),
  export: (id, format) => request('GET', `${job(id)}/export?format=${encodeURIComponent(format)}`),
  speech: id => json('GET', `${job(id)}/speech`),
  audio: id => `/api/${job(id)}/audio`,
  async peaks(id, start, end, count) {
    const response = await request('GET', `${job(id)}/peaks?start=${start.toFixed(3)}&end=${end.toFixed(3)}&count=${count}`);
    return new Int8Array(await response.arrayBuffer());
  },
  checkLists: lists => json('POST', 'lists', lists),
  forget: () => request('POST', 'forget'),
  privacy: () => json('GET', 'privacy'),
  load: choice => json('POST', 'engine/load', choice),
  free: () => json('POST', 'engine/free'),
  newRecording: (name, sampleRate) => json('POST', 'recordings', { name, sampleRate }),
  sendPiece: (id, number, piece) => json('POST', `recordings/${encodeURIComponent(id)}/pieces/${number}`, piece),
  finishRecording: id => json('POST', `recordings/${encodeURIComponent(id)}/finish`),
};

/** Sends a file; `onProgress(sent, total)`. The promise has `abort`. */
export function upload(file, name, key, onProgress) {
  const call = new XMLHttpRequest();
  const promise = new Promise((resolve, reject) => {
    call.open('POST', `/api/jobs?name=${encodeURIComponent(name)}&upload=${encodeURIComponent(key)}`);
    call.responseType = 'json';
    call.upload.onprogress = event => onProgress(event.loaded, event.total || file.size);
    call.onload = () => call.status < 300 ? resolve(call.response) : reject(new ApiError(call.status, call.response));
    call.onerror = () => reject(new ApiError(0, null));
    call.onabort = () => reject(new ApiError(-1, null));
    call.send(file);
  });
  promise.abort = () => call.abort();
  return promise;
}

/** Listens for as long as the page lives; `handle(name, data)`, and `onConnection(isConnected)` when that changes. */
export function listen(handle, onConnection) {
  const names = ['state', 'engine', 'job', 'removed', 'paragraphs', 'partial', 'transcript', 'order'];
  let wait = 500;
  const connect = () => {
    const source = new EventSource('/api/events');
    for (const name of names) {
      source.addEventListener(name, event => {
        wait = 500;
        if (name === 'state') onConnection(true);
        handle(name, JSON.parse(event.data));
      });
    }
    source.onerror = () => {
      source.close();
      onConnection(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 1.7, 5000);
    };
  };
  connect();
}

// What the page knows: the server's state, the recordings, their texts, and what only the page has.
import { Draft } from './draft.js';

function lastOpen(jobs) {
  let id = null;
  try { id = sessionStorage.getItem('sotto.current'); } catch { /* Private windows may refuse. */ }
  return (jobs.find(job => job.id === id) ?? jobs.find(job => job.state === 'recording'))?.id ?? null;
}

class Store extends EventTarget {
  engine = { state: 'loading', running: 0, queued: 0, isDemo: false, model: null };
  limits = {}; formats = []; languages = []; rules = []; usualRules = []; models = []; privacy = { isSealed: null };
  jobs = new Map();
  drafts = new Map();
  /** Files and recorded sound that are still in this page's memory, by job id or upload key. */
  sources = new Map();
  #current = null;
  isConnected = true;
  isKnown = false;
  /** Keys of uploads that failed. */
  #ended = new Set();

  /** The recording that is open; a reload opens it again. */
  get current() { return this.#current; }
  set current(id) {
    this.#current = id;
    try { if (id !== null) sessionStorage.setItem('sotto.current', id); } catch { /* Private windows may refuse. */ }
  }

  get job() { return this.jobs.get(this.current) ?? null; }
  get draft() { return this.current === null ? null : this.draftOf(this.current); }

  draftOf(id) {
    if (!this.drafts.has(id)) this.drafts.set(id, new Draft(id));
    return this.drafts.get(id);
  }

  /** The ids of those that wait, the next one first; the server may not have told a number yet. */
  get waiting() {
    const place = job => job.queuePosition ?? Infinity;
    return [...this.jobs.values()].filter(job => job.state === 'queued').sort((one, other) => (place(one) < place(other) ? -1 : place(one) > place(other) ? 1 : 0)).map(job => job.id);
  }

  tell(what, detail = null) { this.dispatchEvent(new CustomEvent(what, { detail })); }
  on(names, action) { for (const name of names.split(' ')) this.addEventListener(name, event => action(event.detail)); }

  choose(id) {
    if (this.current === id) return;
    this.current = id;
    this.tell('current');
    this.tell('jobs');
  }

  /** Records what the server says of a job. */
  setJob(job) {
    if (this.#ended.has(job.upload) && !job.isLocal) return;
    const key = job.upload, old = this.jobs.get(job.id);
    // An answer may come after the event that overtook it.
    if (old?.revision > job.revision) return;
    job.last = job.progress ?? old?.progress ?? old?.last ?? null;
    if (key && key !== job.id && this.jobs.has(key)) this.rename(key, job); else this.jobs.set(job.id, job);
    if (this.current === null) this.choose(job.id);
    this.tell('jobs');
  }

  /** Puts a job in the place of the one with an id, with what the page has of it. */
  rename(id, job) {
    this.jobs = new Map([...this.jobs].map(([present, old]) => (present === id ? [job.id, job] : [present, old])));
    const draft = this.drafts.get(id), source = this.sources.get(id);
    this.drafts.delete(id);
    this.sources.delete(id);
    if (draft) { draft.id = job.id; this.drafts.set(job.id, draft); }
    if (source) this.sources.set(job.id, source);
    if (this.current === id) { this.current = job.id; this.tell('current'); }
  }

  /** A file that did not arrive stays in the list under the page's key; what the server still says of it does not count. */
  fail(id, job) {
    this.#ended.add(job.upload);
    if (this.jobs.has(id) && id !== job.id) this.rename(id, job);
    this.setJob(job);
  }

  forgetJob(id) {
    this.jobs.delete(id);
    this.drafts.delete(id);
    this.sources.delete(id);
    if (this.current === id) { this.current = null; this.choose([...this.jobs.keys()].at(-1) ?? null); this.tell('current'); }
    this.tell('jobs');
  }

  /** Takes in one event of the server's stream. */
  take(name, data) {
    switch (name) {
      case 'state': return this.#takeAll(data);
      case 'engine': this.engine = data; return this.tell('engine');
      case 'job': return this.setJob(data);
      case 'removed': return this.jobs.has(data.id) && !this.jobs.get(data.id).isLocal && this.forgetJob(data.id);
      case 'paragraphs': this.draftOf(data.id).takeParagraphs(data.from, data.paragraphs); return this.tell('text', data.id);
      case 'partial': this.draftOf(data.id).partial = data.text; return this.tell('partial', data.id);
      case 'transcript': this.draftOf(data.id).take(data.transcript); return this.tell('text', data.id);
      case 'order': data.queue.forEach((id, index) => { const job = this.jobs.get(id); if (job) job.queuePosition = index + 1; }); return this.tell('jobs');
    }
  }

  #takeAll(state) {
    for (const name of ['engine', 'limits', 'formats', 'languages', 'rules', 'usualRules', 'models', 'privacy', 'modelsFolder']) {
      if (state[name] !== undefined) this[name] = state[name];
    }
    const wanted = this.isKnown ? null : lastOpen(state.jobs);
    const present = new Set(state.jobs.map(job => job.id));
    for (const [id, job] of this.jobs) {
      if (present.has(id) || job.isLocal) continue;
      if (this.sources.has(id) || this.drafts.get(id)?.paragraphs.length) this.jobs.set(id, { ...job, state: 'lost', isLocal: true, progress: null });
      else this.forgetJob(id);
    }
    state.jobs.forEach(job => this.setJob(job));
    for (const [id, transcript] of Object.entries(state.transcripts ?? {})) this.draftOf(id).take(transcript);
    if (wanted) this.choose(wanted);
    this.isKnown = true;
    for (const what of ['known', 'engine', 'jobs']) this.tell(what);
    this.tell('text', this.current);
  }
}

export const store = new Store();

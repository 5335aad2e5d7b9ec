// The recordings of this sitting: what each is doing, their order, and removing them.
import { $, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { giveUp } from './intake.js';
import { clock, percent } from './format.js';
import { confirm } from './dialogs.js';
import { startJob, startable } from './progress.js';
import { t, why } from './words.js';

const rows = new Map();

export function describe(job) {
  switch (job.state) {
    case 'receiving': return t('receiving', percent(job.bytesReceived, job.bytesTotal));
    case 'recording': return t(store.isRecording ? 'recording' : 'interruptedShort');
    case 'decoding': return t('decoding', clock(job.decodedSeconds));
    case 'queued': return t('waitingShort', store.waiting.indexOf(job.id) + 1);
    case 'running': return t('running', percent(job.progress?.doneSeconds, job.progress?.totalSeconds));
    case 'done': return t(job.isComplete === false ? 'incomplete' : 'done');
    default: return t(job.state);
  }
}

function share(job) {
  if (job.state === 'receiving') return percent(job.bytesReceived, job.bytesTotal);
  return job.state === 'running' ? percent(job.progress?.doneSeconds, job.progress?.totalSeconds) : null;
}

function makeRow(id) {
  const row = {
    name: el('span'), length: el('span', { className: 'length' }), state: el('small'), fill: el('i'),
    up: el('button', { onclick: () => move(id(), -1) }, '↑'), down: el('button', { onclick: () => move(id(), 1) }, '↓'),
    remove: el('button', { onclick: () => remove(id()) }, '×'),
  };
  row.bar = el('span', { className: 'bar' }, row.fill);
  row.open = el('button', { className: 'open', onclick: () => { store.choose(id()); closeDrawer(); } }, row.name, row.length, row.state, row.bar);
  row.element = el('li', { className: 'item' }, row.open, el('span', { className: 'tools' }, row.up, row.down, row.remove));
  return row;
}

function render() {
  for (const [id, row] of rows) if (!store.jobs.has(id)) { row.element.remove(); rows.delete(id); }
  let place = 0;
  // Those that wait stand in the order of their turns.
  const queue = store.waiting, turns = [...queue];
  const order = [...store.jobs].map(([id, job]) => (job.state === 'queued' ? turns.shift() : id));
  for (const id of order) {
    const job = store.jobs.get(id);
    if (!rows.has(id)) rows.set(id, makeRow(() => id));
    const row = rows.get(id), list = $('list');
    if (list.children[place] !== row.element) list.insertBefore(row.element, list.children[place] ?? null);
    place += 1;
    say(row.name, job.name);
    row.open.title = job.name;
    say(row.length, job.durationSeconds ? clock(job.durationSeconds) : '');
    say(row.state, describe(job));
    row.state.classList.toggle('bad', job.state === 'failed' || job.state === 'lost');
    if (id === store.current) row.element.setAttribute('aria-current', 'true'); else row.element.removeAttribute('aria-current');
    const part = share(job);
    row.bar.hidden = part === null && job.state !== 'decoding';
    row.bar.classList.toggle('waits', job.state === 'decoding');
    row.fill.style.width = part === null ? '' : `${part}%`;
    row.up.hidden = row.down.hidden = job.state !== 'queued' || store.waiting.length < 2;
    row.up.disabled = queue[0] === id;
    row.down.disabled = queue.at(-1) === id;
    for (const [button, word] of [[row.up, 'up'], [row.down, 'down'], [row.remove, 'remove']]) { button.setAttribute('aria-label', t(word, job.name)); button.title = t(word, job.name); }
  }
  $('list-empty').hidden = store.jobs.size > 0;
  const open = [...store.jobs.values()].filter(job => job.state === 'ready');
  $('start-all').hidden = open.length < 2;
  $('start-all').disabled = !startable();
  say($('start-all'), t('startAll', open.length));
}

async function move(id, step) {
  const queue = store.waiting, from = queue.indexOf(id), to = from + step;
  if (to < 0 || to >= queue.length) return;
  const before = step < 0 ? queue[to] : queue[to + 1] ?? null;
  try { await api.move(id, before); } catch (error) { toast(why(error)); }
}

async function remove(id) {
  const job = store.jobs.get(id);
  if ((job.hasText || job.state === 'recording') && !await confirm(t('removeTitle', job.name), t('removeText'), t('removeNow'))) return;
  // The server first: once a file breaks off it forgets the recording by itself, and knows none to remove.
  const stop = giveUp(job);
  try { if (!job.isLocal) await api.remove(id); } catch (error) { if (error.status !== 404) { toast(why(error)); return; } } finally { stop(); }
  store.forgetJob(id);
}

export function closeDrawer() {
  $('sidebar').classList.remove('open');
  $('drawer').setAttribute('aria-expanded', 'false');
}

export function startSidebar() {
  store.on('jobs engine language known', render);
  $('start-all').onclick = async () => { for (const job of [...store.jobs.values()].filter(one => one.state === 'ready')) await startJob(job); };
  $('drawer').onclick = () => {
    const isOpen = $('sidebar').classList.toggle('open');
    $('drawer').setAttribute('aria-expanded', String(isOpen));
    if (isOpen) $('sidebar').querySelector('button:not([hidden])')?.focus();
  };
  addEventListener('pointerdown', event => {
    if (!event.target.closest('#sidebar, #drawer')) closeDrawer();
  });
}

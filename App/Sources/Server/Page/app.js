// The page: what the server tells becomes what is shown, and what a person does goes to the server.

import { ask, file, listen, upload } from './api.js';
import { paragraph, show, showKeys, showPrivacy, toast } from './dialogs.js';
import { Editor } from './editor.js';
import { Find } from './find.js';
import { listenToKeys } from './keys.js';
import { download, Options } from './options.js';
import { Player } from './player.js';
import { RecorderPanel } from './recorder-panel.js';
import { List } from './list.js';
import { showStatus } from './status.js';
import { clock, switchLanguage, t, translate } from './words.js';
import { Waveform } from './waveform.js';

const $ = (id) => document.getElementById(id);
const state = { server: null, jobs: new Map(), transcripts: new Map(), current: null, sending: new Map(), files: new Map() };
const current = () => state.jobs.get(state.current) ?? null;

// MARK: parts of the page

const player = new Player($('audio'), {
  onTime: (time) => {
    waveform.setTime(time);
    const changed = editor.setTime(time);
    if (changed && isFollowing) changed.scrollIntoView({ block: 'center' });
    showPlayer();
  },
});
const waveform = new Waveform($('wave'), $('axis'), {
  onSeek: (time) => player.seek(time),
  onPart: (part) => { waveform.setPart(part); drawPart(); },
});
const editor = new Editor($('text'), $('gutter'), {
  onEdit: () => { drawPlain(); saveEdits(); },
  onSeek: (time) => player.seek(time, true),
  onRetry: (gap) => perform(() => ask(`/api/jobs/${state.current}/retry`, 'POST', { range: [gap.start, gap.end] })),
  onSpeaker: (element) => nextSpeaker(element),
});
const options = new Options($('options'), {
  onPolish: (value) => perform(async () => showTranscript(state.current, await ask(`/api/jobs/${state.current}/polish`, 'POST', value))),
});
const find = new Find($('find'), $('found'), $('text'));
const recorder = new RecorderPanel($('recorder'), { onProblem: (text) => showProblem(text) });
const list = new List($('list'), {
  onOpen: (id) => openJob(id),
  onRemove: (id) => perform(() => ask(`/api/jobs/${id}`, 'DELETE')),
  onMove: (id, before) => perform(() => ask(`/api/jobs/${id}/move`, 'POST', { before })),
});
let isFollowing = true;

/** Does what was asked, and says why where it could not be done. */
async function perform(action) {
  try {
    showProblem(null);
    return await action();
  } catch (error) {
    showProblem(error.message || t('connectionLost'));
    return null;
  }
}

function showProblem(text, action = null) {
  $('problem').hidden = !text;
  $('problem-text').textContent = text ?? '';
  $('problem-action').hidden = !action;
  if (action) { $('problem-action').textContent = action.text; $('problem-action').onclick = action.run; }
}

// MARK: what the server tells

listen({
  state: (told) => {
    const known = new Set(told.jobs.map((job) => job.id));
    const lost = [...state.jobs.values()].filter((job) => !known.has(job.id) && state.files.has(job.upload));
    $('connection').hidden = true;
    state.server = told;
    const isSame = known.has(state.current);
    if (isSame || !lost.length) state.jobs = new Map(told.jobs.map((job) => [job.id, job]));
    else for (const job of told.jobs) state.jobs.set(job.id, job);
    state.transcripts = new Map(Object.entries(told.transcripts ?? {}));
    for (const job of lost) {
      showProblem(t('lost', { name: job.name }), { text: t('sendAgain'), run: () => { state.jobs.delete(job.id); send(state.files.get(job.upload)); showProblem(null); } });
    }
    if (isSame) showTranscript(state.current, state.transcripts.get(state.current));
    else if (!lost.length) openJob(told.jobs.at(-1)?.id ?? null);
    recorder.offer([...state.jobs.values()].find((job) => job.state === 'recording') ?? null);
    draw();
  },
  engine: (engine) => { if (state.server) { state.server.engine = engine; draw(); } },
  job: (job) => {
    const before = state.jobs.get(job.id);
    state.jobs.set(job.id, job);
    const isOwn = job.upload && state.sending.has(job.upload);
    if (!before && (isOwn || job.state === 'decoding' || job.state === 'recording') && (!current() || isOwn || ['done', 'failed', 'cancelled'].includes(current().state))) openJob(job.id);
    if (job.id === state.current) drawJob(before);
    if (before && before.state !== job.state && ['done', 'failed', 'cancelled'].includes(job.state)) $('live').textContent = `${job.name}: ${t(`state_${job.state}`)}`;
    draw();
  },
  removed: ({ id }) => {
    state.jobs.delete(id);
    state.transcripts.delete(id);
    if (id === state.current) openJob([...state.jobs.keys()].at(-1) ?? null);
    draw();
  },
  paragraphs: ({ id, from, paragraphs }) => {
    const transcript = state.transcripts.get(id) ?? { paragraphs: [], coverage: [], events: [], edits: null };
    transcript.paragraphs = [...transcript.paragraphs.slice(0, from), ...paragraphs];
    state.transcripts.set(id, transcript);
    if (id === state.current) { $('partial').textContent = ''; editor.replace(from, paragraphs); drawResult(); }
  },
  partial: ({ id, text }) => { if (id === state.current) { $('partial').textContent = text; $('result').hidden = false; } },
  transcript: ({ id, transcript }) => { state.transcripts.set(id, transcript); if (id === state.current) showTranscript(id, transcript); },
  order: () => {},
}, () => { $('connection').textContent = t('connectionLost'); $('connection').hidden = false; });

// MARK: one recording

function openJob(id) {
  flushEdits();
  state.current = id;
  editor.clear();
  waveform.clear();
  player.clear();
  waveform.setPart(current()?.range ?? null);
  $('partial').textContent = '';
  $('find').value = '';
  find.search();
  isFollowing = true;
  if (id) drawJob(null);
  if (id && state.transcripts.has(id)) showTranscript(id, state.transcripts.get(id));
  draw();
}

async function drawJob(before) {
  const job = current();
  const isReadable = job.durationSeconds !== null && !['receiving', 'recording', 'decoding'].includes(job.state);
  if (job.state === 'decoding') waveform.show(job.id, job.durationSeconds ?? job.decodedSeconds);
  if (isReadable && waveform.readable !== job.id) {
    waveform.readable = job.id;
    waveform.show(job.id, job.durationSeconds);
    player.load(job.id);
    try { waveform.speech = (await ask(`/api/jobs/${job.id}/speech`)).speech; waveform.draw(); } catch { /* drawn without */ }
  }
  if (job.state === 'failed' && before?.state !== 'failed' && job.error) showProblem(job.error.message);
}

function showTranscript(id, transcript) {
  if (!transcript || id !== state.current) return;
  state.transcripts.set(id, transcript);
  $('partial').textContent = transcript.partial;
  editor.show(transcript);
  drawResult();
}

function drawResult() {
  $('result').hidden = !current() || (!editor.root.firstChild && !$('partial').textContent && !['done', 'cancelled', 'running'].includes(current().state));
  $('doubts').hidden = !editor.doubtCount;
  $('doubts').textContent = t('doubts', { n: editor.doubtCount });
  $('revert').hidden = !editor.hasEdits;
  $('foot').hidden = !editor.root.firstChild;
  drawPlain();
}

function drawPlain() {
  $('plain').textContent = editor.plain(false);
  $('revert').hidden = !editor.hasEdits;
}

// MARK: what a person wrote

let saving;
let unsaved = null;

function saveEdits() {
  unsaved = { id: state.current, paragraphs: editor.paragraphs(), has: editor.hasEdits };
  clearTimeout(saving);
  saving = setTimeout(flushEdits, 400);
}

async function flushEdits() {
  clearTimeout(saving);
  if (!unsaved) return;
  const { id, paragraphs, has } = unsaved;
  unsaved = null;
  const transcript = state.transcripts.get(id);
  if (transcript) transcript.edits = has ? paragraphs : null;
  try {
    if (has) await ask(`/api/jobs/${id}/edits`, 'PUT', { paragraphs });
    else await ask(`/api/jobs/${id}/edits`, 'DELETE');
  } catch (error) { if (error.status !== 404) showProblem(error.message); }
}

async function nextSpeaker(element) {
  const known = [...new Set([...$('text').children].map((one) => one.dataset.speaker).filter(Boolean))];
  const index = known.indexOf(element.dataset.speaker);
  if (element.dataset.speaker && index < known.length - 1) return editor.setSpeaker(element, known[index + 1]);
  if (element.dataset.speaker && known.length > 1) return editor.setSpeaker(element, known[0]);
  const input = Object.assign(document.createElement('input'), { type: 'text', value: element.dataset.speaker ?? t('speakerNth', { n: known.length + 1 }) });
  input.setAttribute('aria-label', t('speaker'));
  input.onkeydown = (event) => { if (event.key === 'Enter') $('dialog').close('ok'); };
  const answer = show(t('speaker'), [input], [['', t('cancel')], ['ok', t('ok')]]);
  input.select();
  if (await answer === 'ok') editor.setSpeaker(element, input.value.trim());
}

// MARK: getting recordings in

export async function send(blob) {
  const key = crypto.randomUUID();
  state.sending.set(key, { name: blob.name, sent: 0, total: blob.size });
  state.files.set(key, blob);
  draw();
  try {
    const job = await upload(blob, blob.name || 'recording', key, (sent, total) => { state.sending.set(key, { name: blob.name, sent, total }); list.draw(state, state.current); });
    state.jobs.has(job.id) || state.jobs.set(job.id, job);
  } catch (error) {
    showProblem(`${blob.name}: ${error.message || t('connectionLost')}`, { text: t('sendAgain'), run: () => { showProblem(null); send(blob); } });
  }
  state.sending.delete(key);
  draw();
}

function add(files) {
  showProblem(null);
  for (const one of files) send(one);
}

$('choose').onclick = (event) => { event.stopPropagation(); $('files').click(); };
$('drop').onclick = (event) => { if (event.target.closest('button, input') === null) $('files').click(); };
$('files').onchange = () => { add($('files').files); $('files').value = ''; };
addEventListener('dragover', (event) => { if (event.dataTransfer.types.includes('Files')) { event.preventDefault(); $('veil').hidden = false; } });
addEventListener('dragleave', (event) => { if (!event.relatedTarget) $('veil').hidden = true; });
addEventListener('drop', (event) => { $('veil').hidden = true; if (event.dataTransfer.files.length) { event.preventDefault(); add(event.dataTransfer.files); } });
addEventListener('paste', (event) => { if (event.clipboardData.files.length) { event.preventDefault(); add(event.clipboardData.files); } });
$('record').onclick = (event) => { event.stopPropagation(); showProblem(null); recorder.begin(); };

// MARK: buttons

function start() {
  const job = current();
  if (!job || $('start').disabled) return;
  perform(async () => {
    await flushEdits();
    await ask(`/api/jobs/${job.id}/start`, 'POST', { ...options.value(), range: waveform.part });
  });
}

$('start').onclick = start;
$('cancel').onclick = () => perform(() => ask(`/api/jobs/${state.current}/cancel`, 'POST'));
$('start-all').onclick = () => perform(async () => {
  for (const job of state.jobs.values()) if (job.state === 'ready') await ask(`/api/jobs/${job.id}/start`, 'POST', options.value());
});
$('play').onclick = () => player.toggle();
$('speed').onchange = () => player.setSpeed(+$('speed').value);
$('zoom-in').onclick = () => waveform.zoom(2);
$('zoom-out').onclick = () => waveform.zoom(0.5);
$('part').onclick = () => { waveform.setPart(null); drawPart(); };
$('doubts').onclick = () => nextDoubt();
$('revert').onclick = () => editor.revert();
$('sealed').onclick = () => perform(() => showPrivacy(ask));
$('demo').onclick = () => show(t('demoModel'), [paragraph(t('demoNote'))], [['ok', t('close')]]);
$('help').onclick = () => showKeys();
$('follow').onclick = () => { isFollowing = true; $('follow').hidden = true; editor.playing?.scrollIntoView({ block: 'center' }); };
for (const name of ['wheel', 'touchmove']) addEventListener(name, () => { if (!player.isPaused && editor.playing) { isFollowing = false; $('follow').hidden = false; } }, { passive: true });

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast(t('copied'));
}
$('copy').onclick = () => copy(editor.plain(false));
$('copy-left').onclick = () => copy(editor.plain(false));
$('copy-times').onclick = () => copy(editor.plain(true));

function nextDoubt() {
  const found = editor.nextDoubt();
  if (found) player.seek(+found.dataset.start);
}

$('model').onchange = () => perform(() => ask('/api/engine/load', 'POST', { model: $('model').value }));
$('reload').onclick = () => perform(() => ask('/api/engine/load', 'POST', {}));
$('free').onclick = () => perform(() => ask('/api/engine/free', 'POST'));
$('forget').onclick = async () => {
  if (await show(t('forget'), [paragraph(t('sureForget'))], [['', t('cancel')], ['ok', t('forget')]]) === 'ok') {
    unsaved = null;
    state.files.clear();
    await perform(() => ask('/api/forget', 'POST'));
  }
};
$('language-switch').onclick = () => { switchLanguage(); translate(); draw(); if (state.current) editor.layOut(); };
$('theme').onclick = () => {
  const isDark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', document.documentElement.dataset.theme);
  waveform.draw();
};
$('drawer').onclick = () => {
  const isOpen = $('sidebar').classList.toggle('open');
  $('drawer').setAttribute('aria-expanded', isOpen);
};
$('stage').addEventListener('click', () => { $('sidebar').classList.remove('open'); $('drawer').setAttribute('aria-expanded', false); });

// MARK: export

function exportFormat() { return localStorage.getItem('format') ?? 'txt'; }

async function exportAs(format) {
  localStorage.setItem('format', format);
  $('export-menu').hidden = true;
  $('export-more').setAttribute('aria-expanded', false);
  draw();
  await perform(async () => {
    await flushEdits();
    const job = current();
    download(await file(`/api/jobs/${job.id}/export?format=${format}`), job.name.replace(/(.)\.[^.]*$/, '$1') + '.' + format);
  });
}
$('export').onclick = () => exportAs(exportFormat());
$('export-more').onclick = () => {
  const menu = $('export-menu');
  menu.hidden = !menu.hidden;
  $('export-more').setAttribute('aria-expanded', !menu.hidden);
  if (menu.hidden) return;
  menu.replaceChildren(...state.server.formats.map(({ name }) => {
    const item = Object.assign(document.createElement('button'), { textContent: name });
    item.setAttribute('role', 'menuitem');
    item.onclick = () => exportAs(name);
    return item;
  }));
  menu.firstChild.focus();
};
$('export-menu').onkeydown = (event) => {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  if (step) { event.preventDefault(); document.activeElement[step]?.focus(); }
  if (event.key === 'Escape') { $('export-menu').hidden = true; $('export-more').focus(); event.stopPropagation(); }
};

// MARK: drawing

function draw() {
  const { server } = state;
  if (!server) return;
  showStatus(server, state.jobs);
  list.draw(state, state.current);
  const job = current();
  const isEmpty = !state.jobs.size && !state.sending.size;
  $('drop').classList.toggle('large', isEmpty);
  $('drop-title').textContent = t(isEmpty ? 'drop' : 'more');
  $('drop-note').textContent = t('dropNote', { hours: Math.round(server.limits.durationSeconds / 3600) });
  $('choose').textContent = t('choose');
  $('record').textContent = t('record');
  $('demo').hidden = !server.engine.isDemo;
  $('demo-note').hidden = !(server.engine.isDemo && isEmpty);
  $('demo-note').textContent = t('demoNote');
  $('work').hidden = !job || job.state === 'recording';
  const ready = [...state.jobs.values()].filter((one) => one.state === 'ready');
  $('start-all').hidden = ready.length < 2;
  $('start-all').textContent = `${t('start')} (${ready.length})`;
  $('export').textContent = t('export', { format: exportFormat() });
  if (!job) { document.title = 'Sotto'; return; }
  $('name').textContent = job.name;
  $('duration').textContent = job.durationSeconds === null ? '…' : clock(job.durationSeconds);
  $('warnings').hidden = !job.warnings.length;
  $('warnings').replaceChildren(...job.warnings.map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  options.draw.call(options, server, ['done', 'cancelled'].includes(job.state));
  drawAction(job, server.engine);
  drawPart();
  showPlayer();
  drawResult();
}

function drawAction(job, engine) {
  const isActive = job.state === 'queued' || job.state === 'running';
  const why = job.durationSeconds === null || ['receiving', 'decoding'].includes(job.state) ? (job.state === 'failed' ? job.error?.message ?? '' : t('whyDecoding'))
    : engine.state === 'loading' ? t('whyLoading') : engine.state === 'none' ? t('whyNone') : engine.state === 'failed' ? engine.error?.message ?? '' : '';
  $('start').hidden = isActive;
  $('start').disabled = Boolean(why);
  $('start').textContent = t(engine.state === 'freed' ? 'startLoads' : ['done', 'cancelled', 'failed'].includes(job.state) ? 'again' : 'start');
  $('cancel').hidden = !isActive;
  const { progress } = job;
  const share = progress?.totalSeconds ? Math.min(1, progress.doneSeconds / progress.totalSeconds) : 0;
  $('progress-bar').hidden = !isActive;
  $('progress-bar').classList.toggle('waits', job.state === 'queued' || (job.state === 'running' && !share));
  $('progress-bar').setAttribute('aria-valuenow', Math.round(share * 100));
  $('progress-bar').firstChild.style.width = job.state === 'running' && share ? `${share * 100}%` : '';
  const parts = [];
  if (job.state === 'queued') parts.push(job.queuePosition ? t('waiting', { n: job.queuePosition }) : t(engine.state === 'loading' ? 'whyLoading' : 'preparing'));
  else if (job.state === 'running') {
    parts.push(`${Math.round(share * 100)} %`);
    if (progress) parts.push(t('elapsed', { t: clock(progress.elapsedSeconds, 0) }));
    if (progress?.remainingSeconds != null) parts.push(t('left', { t: clock(progress.remainingSeconds, 0) }), t('speed', { x: progress.speed.toFixed(1) }));
  } else if (why) parts.push(why);
  else if (['done', 'cancelled'].includes(job.state)) parts.push(t(job.state === 'done' && job.isComplete === false ? 'state_incomplete' : `state_${job.state}`), ...(job.hasText ? [] : [t('nothing')]));
  $('progress-text').replaceChildren(...parts.map((text, index) => Object.assign(document.createElement(index ? 'span' : 'b'), { textContent: text })));
  document.title = job.state === 'running' ? `${Math.round(share * 100)} % – ${job.name} – Sotto` : `${job.name} – Sotto`;
}

function drawPart() {
  const { part } = waveform;
  $('part').hidden = !part;
  if (part) $('part').textContent = t('part', { from: clock(part[0]), to: clock(part[1]) });
}

function showPlayer() {
  const duration = current()?.durationSeconds ?? 0;
  $('clock').textContent = `${clock(player.time)} / ${clock(duration)}`;
  $('play').disabled = !player.isLoaded;
  $('play-shape').setAttribute('d', player.isPaused ? 'M5 3l8 5-8 5z' : 'M4 3h3v10H4zM9 3h3v10H9z');
}

addEventListener('beforeunload', (event) => {
  if (unsaved) flushEdits();
  const isBusy = state.sending.size || recorder.isActive || [...state.jobs.values()].some((job) => ['queued', 'running'].includes(job.state));
  if (isBusy) event.preventDefault();
});

listenToKeys({
  toggle: () => player.toggle(), skip: (seconds) => player.seek(player.time + seconds), find: () => { $('find').focus(); $('find').select(); },
  export: () => { if (!$('foot').hidden) exportAs(exportFormat()); }, start, help: showKeys, doubt: nextDoubt,
  speaker: () => { const place = editor.playing ?? $('text').firstElementChild; if (place) nextSpeaker(place); },
  cancel: () => { if (!$('cancel').hidden) $('cancel').click(); },
});

if (localStorage.getItem('theme')) document.documentElement.dataset.theme = localStorage.getItem('theme');
translate();

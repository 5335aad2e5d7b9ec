// Files come in: dropped anywhere, chosen or pasted; each is sent at once, with its progress shown.
import { $, say, toast } from './dom.js';
import { upload } from './api.js';
import { store } from './state.js';
import { bytes } from './format.js';
import { t, why } from './words.js';

let drags = 0;
const sending = new Map();

function newKey() { return [...crypto.getRandomValues(new Uint8Array(12))].map(byte => byte.toString(16).padStart(2, '0')).join(''); }

function blankJob(key, name, total) {
  return { id: key, name, upload: key, isLocal: true, created: Date.now(), state: 'receiving', bytesReceived: 0, bytesTotal: total, decodedSeconds: 0, durationSeconds: null, pieces: 0, range: null, options: {}, progress: null, queuePosition: null, error: null, warnings: [], hasText: false, hasEdits: false, isComplete: null };
}

export function addFiles(files) {
  [...files].forEach((file, index) => {
    const key = newKey();
    store.sources.set(key, { file, name: file.name });
    const name = (file.name || t('recordings')).toWellFormed?.() ?? file.name;
    store.setJob(blankJob(key, name, file.size));
    if (index === 0) store.choose(key);
    send(key, file, name);
  });
}

async function send(key, file, name) {
  const find = () => [...store.jobs.values()].find(job => job.upload === key);
  const fail = (message, canSend) => {
    const job = find();
    if (canSend && !store.sources.has(job?.id)) store.sources.set(key, { file, name });
    store.fail(job?.id ?? key, { ...blankJob(key, name, file.size), state: 'failed', canSend, error: { message, code: 'upload' } });
  };
  if (store.limits.uploadBytes && file.size > store.limits.uploadBytes) return fail(t('tooLong', bytes(store.limits.uploadBytes)), false);
  const call = upload(file, name, key, (sent, total) => {
    const job = find();
    if (job?.state === 'receiving') { job.bytesReceived = sent; job.bytesTotal = total; store.tell('jobs'); }
  });
  sending.set(key, call);
  try {
    store.setJob(await call);
  } catch (error) {
    if (!givenUp.has(key)) fail(t('uploadFailed', name, error.status === 0 ? t('serverGone') : why(error, name)), error.status !== 422);
  } finally { sending.delete(key); }
}

const givenUp = new Set();
/** From now on it is of no matter what becomes of a file on its way; the function that is returned stops it. */
export function giveUp(job) {
  givenUp.add(job.upload);
  return () => sending.get(job.upload)?.abort();
}

/** A recording that the server lost, or that did not arrive, goes up again with its text. */
export function sendAgain(job) {
  const source = store.sources.get(job.id) ?? store.sources.get(job.upload);
  const file = source.file ?? source.makeFile();
  const key = newKey();
  store.sources.set(job.id, source);
  store.rename(job.id, blankJob(key, job.name, file.size));
  store.tell('jobs');
  send(key, file, job.name);
}

const recordings = /\.(wav|w64|mp3|m4a|m4b|aac|flac|ogg|oga|opus|spx|webm|mp4|mov|mkv|avi|flv|mpe?g|ts|amr|3gp|aiff?|au|caf|wma|ac3|wv|tta)$/i;

/** The files of what was dropped; of folders, the recordings in them and below. */
async function filesIn(entries) {
  const files = [];
  for (const entry of entries) {
    if (entry.isFile) { files.push(await new Promise((resolve, reject) => { entry.file(resolve, reject); })); continue; }
    const reader = entry.createReader(), inside = [];
    // It gives a hundred at a time, and none at the end.
    for (let more = [entry]; more.length;) { more = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); }); inside.push(...more); }
    files.push(...await filesIn(inside.filter(one => one.isDirectory || recordings.test(one.name)).sort((one, other) => one.name.localeCompare(other.name))));
  }
  return files;
}

async function addDropped(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some(entry => entry.isDirectory)) return addFiles(transfer.files);
  const files = await filesIn(entries);
  if (files.length) addFiles(files); else toast(t('nothingInFolder'));
}

const hasFiles = event => [...(event.dataTransfer?.types ?? [])].includes('Files');

function render() {
  const isEmpty = store.jobs.size === 0;
  $('drop').classList.toggle('large', isEmpty);
  say($('drop-title'), t(isEmpty ? 'drop' : 'dropMore'));
  say($('drop-note'), t('dropNote'));
  say($('choose'), t('choose'));
  say($('record'), t('record'));
  $('record').disabled = Boolean(store.isRecording);
}

export function startIntake() {
  const choose = () => $('files').click();
  $('choose').onclick = event => { event.stopPropagation(); choose(); };
  $('record').addEventListener('click', event => event.stopPropagation());
  $('drop').onclick = event => { if (event.target !== $('files')) choose(); };
  $('files').onclick = event => event.stopPropagation();
  $('files').onchange = () => { addFiles($('files').files); $('files').value = ''; };
  addEventListener('dragenter', event => { if (hasFiles(event)) { drags += 1; $('veil').hidden = false; } });
  addEventListener('dragleave', event => { if (hasFiles(event) && --drags <= 0) { drags = 0; $('veil').hidden = true; } });
  addEventListener('dragover', event => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener('drop', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drags = 0;
    $('veil').hidden = true;
    addDropped(event.dataTransfer);
  });
  addEventListener('paste', event => {
    const files = event.clipboardData?.files ?? [];
    if (files.length) { event.preventDefault(); addFiles(files); }
  }, true);
  store.on('jobs known language', render);
  render();
}


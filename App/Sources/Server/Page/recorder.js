// Recording in the browser: the microphone's sound goes up while it is heard.
import { $, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { Pieces, waveFile } from './pieces.js';
import { clock, exact } from './format.js';
import { preference, remember } from './preferences.js';
import { t, why } from './words.js';

const tailSeconds = 0.4;
let session = null;

function explain(error) {
  if (!isSecureContext || !navigator.mediaDevices) return t('insecure');
  if (error?.name === 'NotAllowedError') return t('refused');
  if (['NotFoundError', 'OverconstrainedError', 'NotReadableError'].includes(error?.name)) return t('noMicrophone');
  return t('recordFailed', error?.message ?? '');
}

function showMessage(text, ...buttons) {
  $('recorder').hidden = false;
  $('recorder').replaceChildren(el('p', { role: 'alert' }, text),
    el('div', { className: 'row' }, ...buttons, el('button', { className: 'button small', onclick: () => { $('recorder').hidden = true; } }, t('close'))));
}

function openMicrophone() {
  const device = preference('microphone', '');
  return navigator.mediaDevices.getUserMedia({ audio: { deviceId: device ? { ideal: device } : undefined, echoCancellation: false, noiseSuppression: false, autoGainControl: true } });
}

/** Begins a recording, or goes on with one that was interrupted. */
export async function record(job = null) {
  if (session) return;
  session = {};
  let stream = null, context = null;
  try {
    if (!isSecureContext || !navigator.mediaDevices) throw new Error();
    stream = await openMicrophone();
    context = new AudioContext(job?.sampleRate ? { sampleRate: job.sampleRate } : {});
    await context.audioWorklet.addModule('/page/recorder-worklet.js');
    const name = t('recordingName', new Date().toLocaleString('sv-SE').slice(0, 16).replace(':', '-'));
    if (job) job = (await api.read(job.id)).job;
    const target = job ?? await api.newRecording(name, context.sampleRate);
    begin(target, stream, context, job);
  } catch (error) {
    session = null;
    stream?.getTracks().forEach(track => track.stop());
    context?.close();
    showMessage(explain(error));
  }
}

function begin(job, stream, context, continued) {
  const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
  const source = context.createMediaStreamSource(stream);
  source.connect(node);
  session = { job, stream, context, node, source, buffer: [], count: 0, total: 0, before: continued?.decodedSeconds ?? 0, pieces: new Pieces(job.id, continued?.pieces ?? 0), isPaused: false };
  if (!continued) store.sources.set(job.id, { makeFile: () => waveFile(pieces, context.sampleRate, job.name) });
  const { sound: pieces } = session.pieces;
  node.port.onmessage = event => take(event.data);
  store.isRecording = true;
  store.setJob(job);
  store.choose(job.id);
  store.tell('jobs');
  renderPanel();
}

function take({ samples, peak, isLast }) {
  if (!session?.node) return;
  session.buffer.push(samples);
  session.count += samples.length;
  session.total += samples.length;
  if (session.count >= session.context.sampleRate || isLast) sendPiece();
  if (session.level) {
    session.level.style.transform = `scaleX(${Math.min(1, Math.sqrt(peak))})`;
    session.level.classList.toggle('loud', peak > 0.98);
    say(session.time, exact(session.before + session.total / session.context.sampleRate));
  }
  if (isLast) session.flushed?.();
}

function sendPiece() {
  if (!session.count) return;
  const whole = new Int16Array(session.count);
  let at = 0;
  for (const part of session.buffer) { whole.set(part, at); at += part.length; }
  session.buffer = [];
  session.count = 0;
  session.pieces.add(whole);
}

const flush = () => new Promise(resolve => { session.flushed = resolve; session.node.port.postMessage('flush'); });

async function pause() {
  session.isPaused = !session.isPaused;
  session.node.port.postMessage(session.isPaused ? 'pause' : 'resume');
  if (session.isPaused) await flush();
  renderPanel();
}

export async function stop() {
  const { job, stream, context, node, pieces } = session;
  if (session.isStopping) return;
  session.isStopping = true;
  renderPanel();
  if (!session.isPaused) await new Promise(resolve => { setTimeout(resolve, tailSeconds * 1000); });
  await flush();
  stream.getTracks().forEach(track => track.stop());
  node.disconnect();
  context.close();
  try {
    await pieces.settle();
    store.setJob(await api.finishRecording(job.id));
  } catch (error) { toast(why(error)); }
  session = null;
  store.isRecording = false;
  $('recorder').hidden = true;
  store.tell('jobs');
}

async function deviceField() {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter(device => device.kind === 'audioinput' && device.deviceId !== 'default');
  const present = session?.stream?.getAudioTracks()[0]?.getSettings().deviceId;
  return el('label', { className: 'field' }, el('span', {}, t('microphone')), el('select', { onchange: event => changeDevice(event.target.value) },
    ...devices.map(device => el('option', { value: device.deviceId, selected: device.deviceId === present }, device.label || t('defaultMicrophone')))));
}

async function changeDevice(id) {
  remember('microphone', id);
  try {
    const stream = await openMicrophone();
    session.source.disconnect();
    session.stream.getTracks().forEach(track => track.stop());
    session.stream = stream;
    session.source = session.context.createMediaStreamSource(stream);
    session.source.connect(session.node);
  } catch (error) { toast(explain(error)); }
}

async function renderPanel() {
  const present = session;
  present.level = el('i');
  present.time = el('b', { role: 'timer' }, exact(present.before + present.total / present.context.sampleRate));
  const state = present.isStopping ? 'recordingSending' : present.isPaused ? 'recordingPaused' : 'recordingNow';
  const buttons = present.isStopping ? [] : [
    el('button', { className: 'button', id: 'record-pause', onclick: pause }, t(present.isPaused ? 'recordResume' : 'recordPause')),
    el('button', { className: 'start', id: 'record-stop', onclick: stop }, t('recordStop'))];
  const level = el('div', { className: 'level', role: 'img', 'aria-label': t('level') }, present.level);
  const devices = await deviceField();
  if (session !== present) return;
  $('recorder').hidden = false;
  $('recorder').replaceChildren(el('div', { className: 'row' }, el('span', { className: present.isPaused ? '' : 'live', role: 'status' }, t(state)), present.time, el('span', { className: 'grow' }), el('div', { className: 'row' }, ...buttons)), level,
    present.isStopping ? '' : el('div', { className: 'row' }, devices));
}

/** A recording that this page does not hear was interrupted: it can be gone on with, or finished. */
function offer() {
  const { job } = store;
  const isInterrupted = job?.state === 'recording' && !session;
  if (!isInterrupted) { if ($('recorder').dataset.offer) { $('recorder').hidden = true; delete $('recorder').dataset.offer; } return; }
  if ($('recorder').dataset.offer === job.id) return;
  const finish = async () => { try { store.setJob(await api.finishRecording(job.id)); } catch (error) { toast(why(error)); } };
  $('recorder').hidden = false;
  $('recorder').replaceChildren(el('p', { role: 'status' }, t('interrupted', clock(job.decodedSeconds || job.pieces))),
    el('div', { className: 'row' }, el('button', { className: 'button record', id: 'record-on', onclick: () => { delete $('recorder').dataset.offer; record(store.job); } }, t('goOn')),
      el('button', { className: 'button', id: 'record-finish', onclick: finish }, t('finish'))));
  $('recorder').dataset.offer = job.id;
}

export function startRecorder() {
  $('record').addEventListener('click', () => record());
  store.on('jobs current known', offer);
  store.on('language', () => { delete $('recorder').dataset.offer; if (session?.node) renderPanel(); else offer(); });
}

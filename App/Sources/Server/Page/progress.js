// The red button, why it waits, and how far the work is.
import { $, announce, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { sendAgain } from './intake.js';
import { chosenOptions } from './options.js';
import { chosenPart } from './waveform.js';
import { clock, exact, percent } from './format.js';
import { describeEngine } from './status.js';
import { t, why } from './words.js';

const isWorking = job => job?.state === 'running' || job?.state === 'queued';
const rate = speed => (speed < 10 ? speed.toFixed(1) : Math.round(speed));
let announced = '';

/** Whether the engine takes work; loading models and failures do not. */
export const startable = () => store.isConnected && ['ready', 'busy', 'freed'].includes(store.engine.state);

function reason(job) {
  if (!store.isConnected) return t('reasonOffline');
  if (job.state === 'receiving') return t('reasonReceiving', percent(job.bytesReceived, job.bytesTotal));
  if (job.state === 'recording') return t('reasonRecording');
  if (job.state === 'decoding') return t('reasonDecoding', clock(job.decodedSeconds));
  if (job.durationSeconds === null) return t('reasonBroken');
  const { engine } = store;
  if (engine.state === 'loading') return engine.totalBytes ? t('reasonLoadingPart', percent(engine.loadedBytes ?? 0, engine.totalBytes)) : t('reasonLoading');
  if (engine.state === 'failed') return t('reasonFailed');
  return engine.state === 'none' ? t('reasonNone') : '';
}

const starting = new Set();
export async function startJob(job) {
  if (starting.has(job.id)) return;
  starting.add(job.id);
  try { store.setJob(await api.start(job.id, { ...chosenOptions(), range: job.id === store.current ? chosenPart() : null })); } catch (error) { toast(why(error)); }
  starting.delete(job.id);
}

export const start = () => { if (!$('start').disabled && !$('start').hidden && store.job) startJob(store.job); };

export async function cancel() {
  if (!isWorking(store.job)) return;
  try { store.setJob(await api.cancel(store.current)); } catch (error) { toast(why(error)); }
}

function texts(job, reasonToWait) {
  const { progress } = job;
  if (job.state === 'queued') return [el('span', {}, t('queued', store.waiting.indexOf(job.id) + 1))];
  if (job.state === 'running') {
    const parts = [el('b', {}, `${percent(progress?.doneSeconds, progress?.totalSeconds)} %`), el('span', {}, t('elapsed', clock(progress?.elapsedSeconds)))];
    if (progress?.remainingSeconds != null) parts.push(el('span', {}, t('left', clock(Math.ceil(progress.remainingSeconds)))));
    if (progress?.speed) parts.push(el('span', {}, t('speed', rate(progress.speed))));
    return parts;
  }
  if (reasonToWait) return [el('span', {}, reasonToWait)];
  if (store.engine.state === 'freed') return [el('span', {}, t('modelFreed'))];
  if (job.state === 'done' || job.state === 'cancelled') {
    const parts = [el('b', {}, t(job.state === 'cancelled' ? 'cancelled' : job.isComplete === false ? 'incomplete' : 'done'))];
    if (job.last?.elapsedSeconds) parts.push(el('span', {}, t('took', exact(job.last.elapsedSeconds))));
    if (job.last?.speed) parts.push(el('span', {}, t('speed', rate(job.last.speed))));
    return parts;
  }
  return [];
}

function render() {
  const { job } = store;
  $('work').hidden = !job || (job.state === 'recording');
  document.title = 'Sotto';
  renderProblem();
  if (!job) return;
  if (job.state === 'running') document.title = `${percent(job.progress?.doneSeconds, job.progress?.totalSeconds)} % · ${job.name}`;
  say($('name'), job.name);
  say($('duration'), job.durationSeconds === null ? '–' : exact(job.durationSeconds));
  // What is missing stands in its place in the text.
  const warnings = (job.warnings ?? []).filter(text => !text.startsWith('It was stopped after'));
  $('warnings').hidden = warnings.length === 0;
  $('warnings').replaceChildren(...warnings.map(text => el('li', {}, text)));
  const reasonToWait = reason(job), working = isWorking(job), isBroken = job.state === 'failed' && job.durationSeconds === null;
  for (const part of document.querySelectorAll('.wave, .options, .action')) part.hidden = isBroken;
  $('start').hidden = working;
  $('start').disabled = Boolean(reasonToWait) || job.state === 'lost';
  say($('start'), t(['done', 'cancelled'].includes(job.state) || (job.state === 'failed' && job.hasText) ? 'again' : 'start'));
  $('cancel').hidden = !working;
  const share = job.state === 'running' ? percent(job.progress?.doneSeconds, job.progress?.totalSeconds)
    : job.state === 'receiving' ? percent(job.bytesReceived, job.bytesTotal) : null;
  const isWaiting = job.state === 'decoding';
  const bar = $('progress-bar');
  bar.hidden = share === null && !isWaiting;
  bar.classList.toggle('waits', isWaiting);
  bar.firstElementChild.style.width = share === null ? '' : `${share}%`;
  if (share === null) bar.removeAttribute('aria-valuenow'); else bar.setAttribute('aria-valuenow', share);
  const parts = texts(job, reasonToWait), line = parts.map(part => part.textContent).join(' ');
  if ($('progress-text').dataset.line !== line) { $('progress-text').dataset.line = line; $('progress-text').replaceChildren(...parts); }
  const news = `${job.id} ${job.state} ${job.state === 'running' ? Math.floor(share / 25) : ''}`;
  if (news !== announced) { announced = news; announce(line || describeEngine(store.engine)); }
}

function renderProblem() {
  const { job } = store, engineText = $('problem').dataset.engine;
  const button = $('problem-action');
  const canSend = job && (job.state === 'lost' || job.canSend) && (store.sources.has(job.id) || store.sources.has(job.upload));
  const text = job?.state === 'lost' ? t('lostText') : job?.state === 'failed' ? (job.error ? why(job.error, job.name) : t('failed')) : engineText ?? '';
  $('problem').hidden = !text;
  say($('problem-text'), text);
  button.hidden = !canSend && !(text === engineText && store.engine.state === 'failed');
  say(button, t(canSend ? 'send' : 'reload'));
  button.onclick = () => (canSend ? sendAgain(job) : $('reload').click());
}

export function startProgress() {
  $('start').onclick = start;
  $('cancel').onclick = cancel;
  store.on('jobs engine current language connection problem', render);
  addEventListener('beforeunload', event => {
    const isBusy = [...store.jobs.values()].some(job => isWorking(job) || job.state === 'receiving');
    if (isBusy || store.isRecording) event.preventDefault();
  });
}

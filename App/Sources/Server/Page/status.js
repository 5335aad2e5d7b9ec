// The status bar, the model's controls, and what the kernel says about the network.
import { $, el, say, toast, announce } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { bytes, percent } from './format.js';
import { confirm, show, table } from './dialogs.js';
import { t, why } from './words.js';

const states = { loading: ['stateLoading', 'busy'], ready: ['stateReady', 'good'], busy: ['stateBusy', 'busy'], freed: ['stateFreed', ''], failed: ['stateFailed', 'bad'], none: ['stateNone', 'bad'] };
const modelsFolder = '~/.local/share/sotto/models/';
let lastState = '';

export const modelTitle = name => (name ? name.replace(/-(\d+(\.\d+)?B)$/i, ' $1') : '');

export function describeEngine(engine) {
  if (engine.state !== 'loading') return t((states[engine.state] ?? states.none)[0]);
  const parts = [t('stateLoading')];
  if (engine.totalBytes) parts.push(`${percent(engine.loadedBytes ?? 0, engine.totalBytes)} %`);
  if (engine.loadingSeconds) parts.push(t('loadingFor', Math.round(engine.loadingSeconds)));
  return parts.join(' ');
}

function render() {
  const { engine } = store;
  const facts = [modelTitle(engine.model), engine.device === 'cpu' ? 'CPU' : engine.device, engine.precision, engine.memoryBytes ? bytes(engine.memoryBytes) : null];
  if (engine.queued) facts.unshift(t('waiting', engine.queued));
  say($('status-state'), store.isConnected ? describeEngine(engine) : t('stateGone'));
  say($('status-model'), facts.filter(Boolean).join(' · '));
  $('status').title = [...facts, engine.deviceNote].filter(Boolean).join(' · ');
  $('status-dot').dataset.tone = !store.isConnected ? 'bad' : (states[engine.state] ?? states.none)[1];
  $('demo').hidden = !engine.isDemo;
  $('demo-note').hidden = !engine.isDemo || Boolean(store.job?.hasText);
  say($('sealed-text'), t(store.privacy.isSealed ? 'sealed' : 'unsealed'));
  $('sealed').title = $('sealed-text').textContent;
  $('sealed').hidden = store.privacy.isSealed === null;
  say($('memory'), engine.memoryBytes ? t('memory', bytes(engine.memoryBytes)) : '');
  const isIdle = store.isConnected && engine.state !== 'busy' && engine.state !== 'loading' && !engine.running;
  $('reload').disabled = !isIdle || engine.state === 'none';
  $('free').disabled = !(engine.state === 'ready' && isIdle);
  $('model').disabled = $('precision').disabled = !isIdle;
  if (engine.state !== lastState) { if (lastState) announce(describeEngine(engine)); lastState = engine.state; }
  renderProblem(engine);
}

function renderProblem(engine) {
  const text = engine.state === 'failed' ? (engine.error ? why(engine.error) : t('stateFailed')) : engine.state === 'none' ? t('noModel') : '';
  $('problem').dataset.engine = text;
  store.tell('problem');
}

function renderModels() {
  const chosen = store.models.find(model => model.name === store.engine.model) ?? store.models[0];
  $('model-field').hidden = store.models.length === 0;
  $('model').replaceChildren(...store.models.map(model => el('option', { value: model.name, selected: model === chosen }, `${modelTitle(model.name)} · ${bytes(model.bytes)}`)));
  const precisions = chosen?.precisions ?? [];
  $('precision-field').hidden = precisions.length === 0;
  $('precision').replaceChildren(...precisions.map(name => el('option', { selected: name === store.engine.precision }, name)));
}

async function attempt(action) {
  // What becomes of it is told by the events.
  try { await action(); } catch (error) { toast(why(error)); }
}

const load = () => attempt(() => api.load({ model: $('model').value || undefined, precision: $('precision').value || undefined }));

function showDemo() {
  show(t('demoModel'), [el('p', {}, t('demoNote')), el('p', {}, t('demoHow')), el('p', {}, el('kbd', {}, modelsFolder))]);
}

async function showPrivacy() {
  try {
    const { isSealed, evidence, sockets } = await api.privacy();
    const isOpen = show(t('privacyTitle'), [
      el('p', {}, t(isSealed ? 'privacySealed' : 'privacyOpen')),
      el('h3', {}, t('evidence')),
      table([t('evidence'), t('value'), t('source')], evidence.map(row => [row.name, row.value, row.source])),
      el('h3', {}, t('sockets')),
      table([t('local'), t('remote'), t('connectionState')], sockets.map(row => [row.local, row.remote || '–', row.state])),
    ]);
    await isOpen;
  } catch (error) { toast(why(error)); }
}

export function startStatus() {
  store.on('engine current jobs connection', render);
  store.on('known', () => { renderModels(); render(); });
  store.on('language', () => { renderModels(); render(); });
  $('demo').onclick = $('demo-how').onclick = showDemo;
  $('sealed').onclick = showPrivacy;
  $('reload').onclick = load;
  $('model').onchange = () => { $('precision').replaceChildren(); load(); };
  $('precision').onchange = load;
  $('free').onclick = () => attempt(() => api.free());
  $('forget').onclick = async () => {
    if (!await confirm(t('forgetTitle'), t('forgetText'), t('forgetNow'))) return;
    try {
      await api.forget();
      for (const id of [...store.jobs.keys()]) store.forgetJob(id);
      store.sources.clear();
      toast(t('forgotten'));
    } catch (error) { toast(why(error)); }
  };
}

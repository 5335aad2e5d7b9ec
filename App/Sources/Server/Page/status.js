// The truth about the engine, in the bar at the top and beside the recordings.

import { size, t } from './words.js';

const $ = (id) => document.getElementById(id);
const tones = { ready: 'good', busy: 'busy', loading: 'busy', failed: 'bad', none: 'bad', freed: '' };

export function showStatus(server, jobs) {
  const { engine } = server;
  const isBusy = engine.running > 0 || [...jobs.values()].some((job) => job.state === 'running');
  const shown = engine.state === 'ready' && isBusy ? 'busy' : engine.state;
  $('status-dot').dataset.tone = tones[shown];
  const words = [t(shown)];
  if (shown === 'loading' && engine.totalBytes) words.push(`${Math.round(100 * engine.loadedBytes / engine.totalBytes)} %`);
  if (engine.queued) words.push(t('queuedCount', { n: engine.queued }));
  $('status-state').textContent = words.join(' · ');
  $('status-model').textContent = [engine.model, engine.device, engine.precision, engine.device ? size(engine.memoryBytes) : null].filter(Boolean).join(' · ');
  $('sealed-text').textContent = t(server.privacy.isSealed ? 'sealed' : 'open');
  fill($('model'), server.models.map((model) => model.name), engine.model);
  const model = server.models.find((one) => one.name === engine.model);
  fill($('precision'), model?.precisions ?? [], engine.precision ?? model?.precisions[0]);
  const isIdle = !engine.running && !engine.queued;
  for (const id of ['model', 'precision', 'reload']) $(id).disabled = !isIdle || engine.state === 'loading' || !server.models.length;
  $('free').disabled = !isIdle || !['ready', 'loading'].includes(engine.state);
  $('memory').textContent = engine.error ? engine.error.message : t('inMemory', { size: size(engine.memoryBytes) });
}

function fill(select, names, chosen) {
  if ([...select.options].map((option) => option.value).join('\n') !== names.join('\n')) select.replaceChildren(...names.map((name) => new Option(name, name)));
  if (chosen && document.activeElement !== select) select.value = chosen;
}

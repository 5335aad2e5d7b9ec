// Keys. Single letters never act while somebody types.
import { $, el, isTyping } from './dom.js';
import { store } from './state.js';
import { player } from './player.js';
import { chosenPart, setPart, zoom } from './waveform.js';
import { cancel, start } from './progress.js';
import { cycleSpeaker } from './editor.js';
import { nextDoubt } from './reading.js';
import { exportAs } from './exports.js';
import { closeDrawer } from './sidebar.js';
import { show, table } from './dialogs.js';
import { t } from './words.js';

const list = () => [['Space', 'keySpace'], ['J K L', 'keyJKL'], ['← →', 'keyArrows'], ['N', 'keyN'], ['S', 'keyS'], ['[ ]', 'keyPart'], ['+ −', 'keyZoom'],
  ['Ctrl+F', 'keyFind'], ['Ctrl+S', 'keyExport'], ['Ctrl+Enter', 'keyStart'], ['Esc', 'keyEsc'], ['?', 'keyHelp']];

export const showKeys = () => show(t('keys'), [el('table', {}, el('tbody', {}, ...list().map(([key, word]) => el('tr', {}, el('td', {}, el('kbd', {}, key)), el('td', {}, t(word))))))]);

function setEdge(index) {
  const part = [...(chosenPart() ?? [0, store.job?.durationSeconds ?? 0])];
  part[index] = player.time;
  if (part[0] < part[1]) setPart(part);
}

const single = {
  j: () => player.faster(-1), k: () => player.pause(), l: () => (player.isPlaying ? player.faster(1) : player.play()),
  n: nextDoubt, s: () => cycleSpeaker(), '[': () => setEdge(0), ']': () => setEdge(1), '+': () => zoom(0.5, player.time), '=': () => zoom(0.5, player.time), '-': () => zoom(2, player.time),
  '?': showKeys, arrowleft: () => player.step(-5), arrowright: () => player.step(5),
};

function handle(event) {
  if ($('dialog').open || event.isComposing) return;
  const key = event.key.toLowerCase(), isCommand = event.ctrlKey || event.metaKey;
  const act = action => { event.preventDefault(); action(); };
  if (isCommand && !event.altKey) {
    if (key === 'f' && !$('foot').hidden) return act(() => { $('find').focus(); $('find').select(); });
    if (key === 's') return act(() => exportAs());
    if (key === 'enter') return act(start);
    if (event.code === 'Space') return act(() => player.toggle());
    return;
  }
  if (event.altKey && event.code === 'KeyS') return act(() => cycleSpeaker());
  if (key === 'escape') { closeDrawer(); if (!isTyping(event.target)) cancel(); return; }
  if (event.altKey || isTyping(event.target) || !store.job) { if (key === '?' && !isTyping(event.target)) act(showKeys); return; }
  const isButton = event.target.closest?.('button, a, summary, input, [role=menuitem]');
  if (event.code === 'Space' && !isButton) return act(() => player.toggle());
  if (single[key]) act(single[key]);
}

export function startKeys() {
  addEventListener('keydown', handle);
  $('help').onclick = showKeys;
}

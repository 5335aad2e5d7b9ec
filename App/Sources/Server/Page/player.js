// The audio element under the waveform, and where it is.
import { $, say } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { exact } from './format.js';
import { preference, remember } from './preferences.js';

const audio = $('audio');
let loaded = null;
let wanted = 0;

export const player = {
  get time() { return audio.readyState > 0 ? audio.currentTime : wanted; },
  get isPlaying() { return !audio.paused; },
  seek(time) {
    wanted = Math.max(0, Math.min(time, store.job?.durationSeconds ?? 0));
    if (audio.readyState > 0) audio.currentTime = wanted;
    tick();
  },
  step(seconds) { this.seek(this.time + seconds); },
  async toggle() { if (audio.paused) await this.play(); else audio.pause(); },
  async play() { try { await audio.play(); } catch { /* Another source came, or nothing is there to play. */ } },
  pause() { audio.pause(); },
  faster(step) {
    const options = [...$('speed').options].map(option => option.value);
    $('speed').value = options[Math.max(0, Math.min(options.length - 1, options.indexOf($('speed').value) + step))];
    setSpeed();
  },
};

function setSpeed() {
  audio.defaultPlaybackRate = audio.playbackRate = Number($('speed').value);
  audio.preservesPitch = true;
  remember('speed', $('speed').value);
}

function tick() {
  say($('clock'), `${exact(player.time)} / ${exact(store.job?.durationSeconds ?? 0)}`);
  store.tell('time');
}

function frame() {
  tick();
  if (!audio.paused) requestAnimationFrame(frame);
}

function load() {
  const { job } = store;
  const playable = job && !job.isLocal && job.durationSeconds !== null && !['receiving', 'recording', 'decoding'].includes(job.state) ? job.id : null;
  $('play').disabled = playable === null;
  if (playable !== loaded) {
    audio.pause();
    wanted = 0;
    loaded = playable;
    if (playable) { audio.src = api.audio(playable); setSpeed(); } else { audio.removeAttribute('src'); audio.load(); }
  }
  tick();
}

export function startPlayer() {
  $('speed').replaceChildren(...[...$('speed').options].map(option => { option.value = option.value.trim(); option.textContent = `${option.value}×`; return option; }));
  for (const option of $('speed').options) option.value = option.textContent.replace('×', '');
  $('speed').value = preference('speed', '1');
  $('speed').onchange = setSpeed;
  $('play').onclick = () => player.toggle();
  audio.onloadedmetadata = () => { if (wanted) audio.currentTime = wanted; tick(); };
  audio.onplay = () => { $('play-shape').setAttribute('d', 'M4.5 3h2.5v10h-2.5zM9.5 3h2.5v10h-2.5z'); frame(); };
  audio.onpause = () => { $('play-shape').setAttribute('d', 'M5 3l8 5-8 5z'); tick(); };
  audio.onseeked = tick;
  store.on('current jobs', load);
}

// What is seen of a recording while it is made.

import { Recorder } from './recorder.js';
import { clock, t } from './words.js';

export class RecorderPanel {
  constructor(root, { onProblem }) {
    Object.assign(this, { root, onProblem, interrupted: null });
    this.recorder = new Recorder({ onChange: () => this.draw(), onLevel: (peak, seconds) => this.level(peak, seconds) });
  }

  get isActive() { return this.recorder.state !== 'idle'; }

  /** A recording that an earlier page left: it can be gone on with. */
  offer(job) {
    if (this.isActive) return;
    this.interrupted = job;
    this.draw();
  }

  async begin(job = null) {
    if (this.isActive) return;
    try {
      await this.recorder.start(localStorage.getItem('microphone') ?? '', job);
      this.interrupted = null;
    } catch (error) {
      await this.recorder.close();
      this.onProblem(['insecure', 'refused', 'noMicrophone'].includes(error.message) ? t(error.message) : error.message);
    }
    this.draw();
  }

  level(peak, seconds) {
    const bar = this.root.querySelector('.level i');
    if (!bar) return;
    bar.style.transform = `scaleX(${Math.min(1, Math.sqrt(peak))})`;
    bar.classList.toggle('loud', peak > 0.98);
    this.root.querySelector('b').textContent = clock(seconds, 0);
  }

  button(text, action, isMain = false) {
    const button = Object.assign(document.createElement('button'), { textContent: text, className: isMain ? 'start' : 'button' });
    button.onclick = action;
    return button;
  }

  row(...children) {
    const row = Object.assign(document.createElement('div'), { className: 'row' });
    row.append(...children);
    return row;
  }

  async draw() {
    const { state } = this.recorder;
    this.root.hidden = state === 'idle' && !this.interrupted;
    document.getElementById('record').disabled = state !== 'idle';
    if (this.root.hidden) return;
    if (state === 'idle') {
      const job = this.interrupted;
      const text = Object.assign(document.createElement('p'), { textContent: t('unfinished', { time: clock(job.decodedSeconds, 0) }) });
      this.root.replaceChildren(text, this.row(
        this.button(t('goOn'), () => this.begin(job)),
        this.button(t('finish'), () => { this.recorder.job = job; this.finish(job); }),
        this.button(t('discard'), () => { this.recorder.job = job; this.interrupted = null; this.recorder.discard(); })));
      return;
    }
    const time = Object.assign(document.createElement('b'), { textContent: clock(this.recorder.seconds, 0) });
    const live = Object.assign(document.createElement('span'), { className: state === 'recording' ? 'live' : '', textContent: t('recordingTitle') });
    const level = Object.assign(document.createElement('div'), { className: 'level' });
    level.setAttribute('aria-hidden', 'true');
    level.append(document.createElement('i'));
    const devices = document.createElement('select');
    devices.setAttribute('aria-label', t('microphone'));
    this.root.replaceChildren(this.row(live, time), level, this.row(
      this.button(t('finish'), () => this.recorder.finish().catch((error) => this.onProblem(error.message)), true),
      this.button(t(state === 'paused' ? 'goOn' : 'pause'), () => this.recorder.pause()),
      this.button(t('discard'), () => this.recorder.discard()), devices));
    for (const button of this.root.querySelectorAll('button')) button.disabled = state === 'finishing';
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'audioinput');
    devices.replaceChildren(...found.map((device, index) => new Option(device.label || `${t('microphone')} ${index + 1}`, device.deviceId)));
    devices.value = this.recorder.stream?.getAudioTracks()[0]?.getSettings().deviceId ?? '';
    devices.onchange = () => { localStorage.setItem('microphone', devices.value); };
  }

  async finish(job) {
    this.interrupted = null;
    this.draw();
    try {
      const response = await fetch(`/api/recordings/${job.id}/finish`, { method: 'POST' });
      if (!response.ok) this.onProblem((await response.json()).error.message);
    } catch (error) { this.onProblem(error.message); }
  }
}

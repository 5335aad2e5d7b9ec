// The waveform: the whole file at a glance, zoom, seek, a part to transcribe.

import { bytes } from './api.js';
import { clock } from './words.js';

export class Waveform {
  constructor(canvas, axis, { onSeek, onPart }) {
    Object.assign(this, { canvas, axis, onSeek, onPart });
    this.clear();
    new ResizeObserver(() => this.refresh()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, (event) => this.release(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
    this.pointers = new Map();
  }

  clear() {
    Object.assign(this, { id: null, duration: 0, from: 0, to: 0, peaks: null, speech: [], part: null, time: 0 });
    this.draw?.();
  }

  /** Shows a recording, or more of the one that is shown. */
  show(id, duration) {
    if (this.id !== id) {
      this.clear();
      this.id = id;
    }
    const isWhole = this.to === this.duration;
    this.duration = duration;
    if (isWhole || this.to > duration) this.to = duration;
    this.canvas.setAttribute('aria-valuemax', Math.round(duration));
    this.refresh();
  }

  async refresh() {
    if (!this.id || !this.duration) return this.draw();
    if (this.fetching) { this.stale = true; return; }
    this.fetching = true;
    this.stale = false;
    const [id, from, to] = [this.id, this.from, this.to];
    const count = Math.max(50, Math.min(4000, Math.round(this.canvas.clientWidth / 3)));
    try {
      const found = new Int8Array(await bytes(`/api/jobs/${id}/peaks?start=${from}&end=${to}&count=${count}`));
      if (id === this.id) this.peaks = { from, to, values: found };
    } catch { /* it is drawn when it can be had */ }
    this.fetching = false;
    this.draw();
    if (this.stale) this.refresh();
  }

  setTime(time) {
    this.time = time;
    this.canvas.setAttribute('aria-valuenow', Math.round(time));
    this.canvas.setAttribute('aria-valuetext', clock(time, 0));
    if (time > this.to && this.to < this.duration) this.view(time, time + this.to - this.from);
    this.draw();
  }

  setPart(part) {
    this.part = part;
    this.draw();
  }

  place(time) { return (time - this.from) / (this.to - this.from || 1) * this.canvas.clientWidth; }
  timeAt(x) { return Math.min(this.duration, Math.max(0, this.from + x / this.canvas.clientWidth * (this.to - this.from))); }

  draw() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext('2d');
    const style = getComputedStyle(this.canvas);
    const colour = (name) => {
      context.fillStyle = '#000';
      this.probe ??= Object.assign(document.createElement('i'), { hidden: false });
      if (!this.probe.isConnected) { this.probe.className = 'sr'; document.body.append(this.probe); }
      this.probe.style.color = `var(--${name})`;
      return getComputedStyle(this.probe).color;
    };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (this.peaks && this.duration) {
      const [wave, speech, played] = ['wave', 'speech', 'accent'].map(colour);
      const { from, to, values } = this.peaks;
      const count = values.length / 2;
      let span = 0;
      for (let index = 0; index < count; index += 1) {
        const time = from + (index + 0.5) / count * (to - from);
        while (span < this.speech.length && this.speech[span][1] < time) span += 1;
        const isSpeech = !this.speech.length || (this.speech[span] && this.speech[span][0] <= time);
        const [low, high] = [values[2 * index], values[2 * index + 1]];
        const top = Math.max(1, (high - low) / 254 * (height - 8));
        context.fillStyle = time < this.time ? played : isSpeech ? speech : wave;
        const x = this.place(time);
        const bar = Math.max(1, width / count * (to - from) / (this.to - this.from) * 0.65);
        context.globalAlpha = this.part && (time < this.part[0] || time > this.part[1]) ? 0.25 : 1;
        context.fillRect(x - bar / 2, height / 2 - top / 2, bar, top);
      }
      context.globalAlpha = 1;
    }
    if (this.part) {
      context.fillStyle = colour('accent');
      for (const end of this.part) context.fillRect(this.place(end) - 1.5, 0, 3, height);
    }
    if (this.duration) {
      context.fillStyle = colour('accent');
      context.fillRect(this.place(this.time) - 1, 0, 2, height);
    }
    const marks = width < 400 ? 2 : 4;
    this.axis.replaceChildren(...Array.from({ length: marks + 1 }, (_, index) => {
      const mark = document.createElement('span');
      mark.textContent = this.duration ? clock(this.from + index / marks * (this.to - this.from), index === marks ? 2 : 0) : '';
      return mark;
    }));
  }

  view(from, to) {
    const length = Math.min(this.duration, Math.max(0.5, to - from));
    this.from = Math.min(Math.max(0, from), this.duration - length);
    this.to = this.from + length;
    this.refresh();
  }

  zoom(factor, x = this.canvas.clientWidth / 2) {
    const centre = this.timeAt(x);
    this.view(centre - (centre - this.from) / factor, centre + (this.to - centre) / factor);
  }

  wheel(event) {
    if (!this.duration) return;
    event.preventDefault();
    const length = this.to - this.from;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const shift = (event.deltaX || event.deltaY) / this.canvas.clientWidth * length;
      this.view(this.from + shift, this.to + shift);
    } else {
      this.zoom(Math.exp(-event.deltaY * 0.002), event.offsetX);
    }
  }

  press(event) {
    if (!this.duration) return;
    this.pointers.set(event.pointerId, event.offsetX);
    this.canvas.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) this.drag = null;
    else this.drag = { x: event.offsetX, time: this.timeAt(event.offsetX), handle: this.handleAt(event.offsetX) };
  }

  /** Which end of the part lies under the pointer. */
  handleAt(x) {
    const found = this.part?.findIndex((end) => Math.abs(this.place(end) - x) < 8) ?? -1;
    return found < 0 ? null : found;
  }

  move(event) {
    if (!this.pointers.has(event.pointerId)) {
      this.canvas.style.cursor = this.handleAt(event.offsetX) === null ? '' : 'ew-resize';
      return;
    }
    if (this.pointers.size === 2) return this.pinch(event);
    this.pointers.set(event.pointerId, event.offsetX);
    if (!this.drag) return;
    const time = this.timeAt(event.offsetX);
    if (this.drag.handle !== null) {
      const other = this.part[1 - this.drag.handle];
      this.part = [Math.min(time, other), Math.max(time, other)];
      this.drag.handle = this.part[0] === other ? 1 : 0;
    } else if (Math.abs(event.offsetX - this.drag.x) > 5) {
      this.part = [Math.min(time, this.drag.time), Math.max(time, this.drag.time)];
    }
    this.draw();
  }

  pinch(event) {
    const distance = () => Math.abs([...this.pointers.values()].reduce((a, b) => a - b)) || 1;
    const before = distance();
    this.pointers.set(event.pointerId, event.offsetX);
    const middle = [...this.pointers.values()].reduce((a, b) => a + b) / 2;
    this.zoom(distance() / before, middle);
  }

  release(event) {
    if (!this.pointers.delete(event.pointerId) || !this.drag) return;
    const isClick = Math.abs(event.offsetX - this.drag.x) <= 5 && this.drag.handle === null;
    this.drag = null;
    if (isClick) this.onSeek(this.timeAt(event.offsetX));
    else this.onPart(this.part);
  }

  key(event) {
    const steps = { ArrowLeft: -5, ArrowRight: 5, PageUp: -30, PageDown: 30, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      event.stopPropagation();
      this.onSeek(Math.min(this.duration, Math.max(0, this.time + steps[event.key])));
    }
  }
}

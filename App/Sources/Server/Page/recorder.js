// Records from the microphone. The sound goes to the server in numbered pieces of a second, each acknowledged and
// sent again until it is, so that a reload or a broken connection loses at most one.

import { ask, sendPiece } from './api.js';

/** Time that is still recorded after somebody stops: the last syllable rings out. */
const tailMilliseconds = 400;

export class Recorder {
  constructor({ onChange, onLevel }) {
    Object.assign(this, { onChange, onLevel });
    this.state = 'idle';
  }

  /** @param job one that was interrupted, to go on with; `null` begins a new one. */
  async start(deviceId, job = null) {
    if (!isSecureContext || !navigator.mediaDevices) throw new Error('insecure');
    const constraints = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
    if (deviceId) constraints.deviceId = { exact: deviceId };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
    } catch (error) {
      throw new Error(error.name === 'NotFoundError' || error.name === 'OverconstrainedError' ? 'noMicrophone' : 'refused');
    }
    this.context = new AudioContext(job?.sampleRate ? { sampleRate: job.sampleRate } : {});
    await this.context.audioWorklet.addModule('/page/recorder-worklet.js');
    const now = new Date();
    const pad = (number) => String(number).padStart(2, '0');
    const name = `Recording ${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())} ${pad(now.getHours())}.${pad(now.getMinutes())}.wav`;
    this.job = job ?? await ask('/api/recordings', 'POST', { name, sampleRate: this.context.sampleRate });
    Object.assign(this, { queue: [], waiting: [], next: job?.pieces ?? 0, seconds: job?.decodedSeconds ?? 0, isSending: false });
    this.node = new AudioWorkletNode(this.context, 'sotto-pieces');
    this.node.port.onmessage = ({ data }) => this.take(data);
    this.source = this.context.createMediaStreamSource(this.stream);
    this.source.connect(this.node);
    this.state = 'recording';
    this.stream.getTracks()[0].onended = () => this.finish();
    this.onChange();
  }

  take({ samples, peak, isLast }) {
    if (this.state !== 'paused' && samples.byteLength) {
      this.seconds += samples.byteLength / 2 / this.context.sampleRate;
      this.waiting.push(new Uint8Array(samples));
      this.onLevel(peak, this.seconds);
    }
    // Two halves make a piece.
    if (this.waiting.length && (this.waiting.length >= 2 || isLast)) {
      this.queue.push(new Blob(this.waiting));
      this.waiting = [];
      this.send();
    }
    if (isLast) this.flushed?.();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    while (this.queue.length) {
      try {
        await sendPiece(`/api/recordings/${this.job.id}/pieces/${this.next}`, this.queue[0]);
        this.queue.shift();
        this.next += 1;
      } catch (error) {
        if (error.status >= 400 && error.status < 500) { this.failure = error; break; }
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    this.isSending = false;
    this.drained?.();
  }

  pause() {
    this.state = this.state === 'paused' ? 'recording' : 'paused';
    this.onChange();
  }

  async close() {
    this.stream?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    await this.context?.close();
    this.context = null;
  }

  /** Ends it, and lets the server read it. */
  async finish() {
    if (this.state === 'finishing' || this.state === 'idle') return;
    const wasPaused = this.state === 'paused';
    if (!wasPaused) await new Promise((resolve) => setTimeout(resolve, tailMilliseconds));
    await new Promise((resolve) => { this.flushed = resolve; this.node.port.postMessage('flush'); });
    this.state = 'finishing';
    this.onChange();
    while (this.isSending || (this.queue.length && !this.failure)) {
      await new Promise((resolve) => { this.drained = resolve; setTimeout(resolve, 200); });
    }
    await this.close();
    try {
      await ask(`/api/recordings/${this.job.id}/finish`, 'POST');
    } finally {
      this.state = 'idle';
      this.onChange();
    }
  }

  async discard() {
    const { job } = this;
    await this.close();
    this.state = 'idle';
    this.onChange();
    await ask(`/api/jobs/${job.id}`, 'DELETE');
  }
}

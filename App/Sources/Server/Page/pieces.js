// Numbered pieces of a recording on their way: sent in order, again and again until they are acknowledged.
import { api } from './api.js';

const wait = seconds => new Promise(resolve => { setTimeout(resolve, seconds * 1000); });

export class Pieces {
  /** Every piece, so that the recording can be sent again if the server loses it. */
  sound = [];
  #next;
  #first;
  #loop = null;

  constructor(id, first = 0) {
    this.id = id;
    this.#first = first;
    this.#next = first;
  }

  add(samples) {
    this.sound.push(new Blob([samples]));
    this.#loop ??= this.#send();
  }

  async #send() {
    let pause = 0.3;
    while (this.#next - this.#first < this.sound.length) {
      try {
        const piece = await this.sound[this.#next - this.#first].arrayBuffer();
        await api.sendPiece(this.id, this.#next, piece);
        this.#next += 1;
        pause = 0.3;
      } catch (error) {
        if (error.status === 409 && Number.isInteger(error.body?.expected) && error.body.expected >= this.#first) this.#next = error.body.expected;
        else if (error.status === 404 || error.status === 413) { this.failure = error; break; }
        await wait(pause);
        pause = Math.min(pause * 1.8, 4);
      }
    }
    this.#loop = null;
  }

  /** Waits until everything has arrived. */
  async settle() {
    while (this.#loop) await this.#loop;
    if (this.failure) throw this.failure;
  }
}

/** The pieces as a WAV file. */
export function waveFile(sound, sampleRate, name) {
  const size = sound.reduce((sum, piece) => sum + piece.size, 0), head = new DataView(new ArrayBuffer(44));
  const write = (at, text) => [...text].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)));
  write(0, 'RIFF'); head.setUint32(4, 36 + size, true); write(8, 'WAVEfmt ');
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
  head.setUint32(24, sampleRate, true); head.setUint32(28, sampleRate * 2, true); head.setUint16(32, 2, true); head.setUint16(34, 16, true);
  write(36, 'data'); head.setUint32(40, size, true);
  return new File([head, ...sound], `${name}.wav`, { type: 'audio/wav' });
}

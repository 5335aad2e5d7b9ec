// Runs beside the page: joins what the microphone gives to pieces of half a second of 16 bit.

class Pieces extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(Math.round(sampleRate / 2));
    this.count = 0;
    this.peak = 0;
    this.port.onmessage = () => this.flush();
  }

  flush() {
    const piece = this.piece.slice(0, this.count);
    this.port.postMessage({ samples: piece.buffer, peak: this.peak, isLast: true }, [piece.buffer]);
    this.count = 0;
  }

  process(inputs) {
    const channels = inputs[0];
    for (let index = 0; index < (channels[0]?.length ?? 0); index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      const value = Math.max(-1, Math.min(1, sum / channels.length));
      this.peak = Math.max(this.peak, Math.abs(value));
      this.piece[this.count] = Math.round(value * 32767);
      this.count += 1;
      if (this.count === this.piece.length) {
        this.port.postMessage({ samples: this.piece.buffer, peak: this.peak }, [this.piece.buffer]);
        this.piece = new Int16Array(Math.round(sampleRate / 2));
        this.count = 0;
        this.peak = 0;
      }
    }
    return true;
  }
}

registerProcessor('sotto-pieces', Pieces);

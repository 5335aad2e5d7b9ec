// Runs beside the microphone: mixes to one channel, makes 16-bit samples, measures their level.
class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Int16Array(2048);
    this.count = 0;
    this.peak = 0;
    this.isPaused = false;
    this.port.onmessage = event => {
      if (event.data === 'flush') this.send(true);
      else this.isPaused = event.data === 'pause';
    };
  }

  send(isLast = false) {
    this.port.postMessage({ samples: this.samples.slice(0, this.count), peak: this.peak, isLast });
    this.count = 0;
    this.peak = 0;
  }

  process([channels]) {
    if (!channels?.length || this.isPaused) return true;
    for (let index = 0; index < channels[0].length; index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      const value = Math.max(-1, Math.min(1, sum / channels.length));
      this.peak = Math.max(this.peak, Math.abs(value));
      this.samples[this.count] = Math.round(value * 32767);
      this.count += 1;
      if (this.count === this.samples.length) this.send();
    }
    return true;
  }
}

registerProcessor('capture', Capture);

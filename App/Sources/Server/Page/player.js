// Plays what the server decoded: browsers cannot play everything that can be read.

export class Player {
  constructor(audio, { onTime }) {
    Object.assign(this, { audio, onTime, isLoaded: false });
    audio.preservesPitch = true;
    for (const name of ['timeupdate', 'seeked', 'play', 'pause', 'ended', 'loadedmetadata']) audio.addEventListener(name, () => this.onTime(this.time));
    audio.addEventListener('play', () => this.tick());
  }

  get time() { return this.isLoaded ? this.wanted ?? this.audio.currentTime : 0; }
  get isPaused() { return this.audio.paused; }

  load(id) {
    this.audio.src = `/api/jobs/${id}/audio`;
    this.audio.playbackRate = this.speed ?? 1;
    this.audio.defaultPlaybackRate = this.speed ?? 1;
    this.isLoaded = true;
    this.wanted = null;
  }

  clear() {
    if (!this.isLoaded) return;
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.isLoaded = false;
    this.onTime(0);
  }

  toggle() {
    if (!this.isLoaded) return;
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  seek(time, plays = false) {
    if (!this.isLoaded) return;
    this.audio.currentTime = Math.max(0, time);
    this.onTime(this.audio.currentTime);
    if (plays && this.audio.paused) this.audio.play();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.audio.playbackRate = speed;
    this.audio.defaultPlaybackRate = speed;
  }

  /** Events come four times a second; the playhead moves with the picture. */
  tick() {
    this.onTime(this.time);
    if (!this.audio.paused) requestAnimationFrame(() => this.tick());
  }
}

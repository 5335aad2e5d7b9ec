// The waveform: peaks from the server, speech shaded, a playhead, a chosen part, zoom.
import { $, debounce, el, say } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { player } from './player.js';
import { clock, exact } from './format.js';
import { t } from './words.js';

const canvas = $('wave');
const barWidth = 4;
let view = { start: 0, end: 1 };
let peaks = null;
let speech = [];
let shown = null;
let fetched = '';
const pointers = new Map();
let drag = null;

const length = () => store.job?.durationSeconds || store.job?.decodedSeconds || 0;
const width = () => canvas.clientWidth || 1;
const timeAt = x => view.start + (x / width()) * (view.end - view.start);
const xOf = time => ((time - view.start) / (view.end - view.start)) * width();

/** The part that shall be transcribed, by recording. */
const parts = new Map();
export const chosenPart = () => parts.get(store.current) ?? null;
export function setPart(part) {
  if (part && part[1] - part[0] < 0.1) part = null;
  parts.set(store.current, part);
  showPart();
  draw();
}

function showPart() {
  const part = chosenPart();
  $('part').hidden = !part;
  if (!part) return;
  say($('part'), t('part', exact(part[0]), exact(part[1])));
  $('part').setAttribute('aria-label', t('partLabel', exact(part[0]), exact(part[1])));
}

const load = debounce(90, async () => {
  const { job } = store;
  if (!job || job.isLocal || job.state === 'recording' || length() === 0) return;
  const count = Math.max(1, Math.floor(width() / barWidth)), key = `${job.id} ${view.start} ${view.end} ${count} ${job.state === 'decoding' ? Math.floor(job.decodedSeconds) : 'all'}`;
  if (key === fetched) return;
  fetched = key;
  const asked = { start: view.start, end: view.end };
  try {
    const values = await api.peaks(job.id, asked.start, asked.end, count);
    if (store.current === job.id) { peaks = { ...asked, values }; draw(); }
  } catch { fetched = ''; }
});

let speechOf = '', tries = 0;
/** Speech becomes known while the server listens: asked for again until no more of it comes. */
const loadSpeech = debounce(400, async () => {
  const { job } = store;
  if (!job || job.isLocal || job.durationSeconds === null || (job.state === 'failed' && !job.hasText)) return;
  const key = `${job.id} ${job.state}`;
  if (key !== speechOf) { speechOf = key; tries = 0; }
  if (tries > 3) return;
  try {
    const found = await api.speech(job.id);
    if (store.current !== job.id) return;
    tries = found.speech.length > speech.length ? 1 : tries + 1;
    speech = found.speech;
    draw();
    loadSpeech();
  } catch { tries += 1; }
});

function draw() {
  const ratio = devicePixelRatio || 1, wide = width(), high = canvas.clientHeight;
  if (canvas.width !== Math.round(wide * ratio)) canvas.width = Math.round(wide * ratio);
  if (canvas.height !== Math.round(high * ratio)) canvas.height = Math.round(high * ratio);
  const brush = canvas.getContext('2d'), style = getComputedStyle(canvas);
  const probe = name => colour(style, name);
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.clearRect(0, 0, wide, high);
  const part = chosenPart(), now = player.time;
  if (part) { brush.fillStyle = probe('--wash'); brush.fillRect(xOf(part[0]), 0, xOf(part[1]) - xOf(part[0]), high); }
  const count = peaks ? peaks.values.length / 2 : 0, middle = high / 2, step = count ? (peaks.end - peaks.start) / count : 1;
  const tints = { played: probe('--accent'), speech: probe('--speech'), wave: probe('--wave') };
  let span = 0;
  for (let index = 0; index < count; index += 1) {
    const time = peaks.start + (index + 0.5) * step, x = xOf(time - step / 2), size = Math.max(1.5, (xOf(time + step / 2) - x) * 0.6);
    if (x < -size || x > wide) continue;
    while (span < speech.length && speech[span][1] < time) span += 1;
    const isSpeech = span < speech.length && speech[span][0] <= time;
    brush.globalAlpha = part && (time < part[0] || time > part[1]) ? 0.35 : 1;
    brush.fillStyle = time < now ? tints.played : isSpeech ? tints.speech : tints.wave;
    const top = (peaks.values[2 * index + 1] / 127) * (middle - 4), bottom = (peaks.values[2 * index] / 127) * (middle - 4);
    const tall = Math.max(2, top - bottom);
    brush.beginPath();
    brush.roundRect(x, middle - Math.max(1, top), size, tall, Math.min(1.2, size / 2));
    brush.fill();
  }
  brush.globalAlpha = 1;
  brush.fillStyle = probe('--accent');
  if (part) for (const edge of part) { brush.fillRect(xOf(edge) - 1, 0, 2, high); brush.beginPath(); brush.roundRect(xOf(edge) - 4, middle - 12, 8, 24, 4); brush.fill(); }
  if (length()) brush.fillRect(xOf(now) - 1, 0, 2, high);
  describe(now);
}

const colours = new Map();
function colour(style, name) {
  const scheme = style.colorScheme + document.documentElement.dataset.theme + matchMedia('(prefers-color-scheme: dark)').matches;
  const key = name + scheme;
  if (!colours.has(key)) {
    const probe = el('i');
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    colours.set(key, getComputedStyle(probe).color);
    probe.remove();
  }
  return colours.get(key);
}

function describe(now) {
  canvas.setAttribute('aria-label', t('waveform', store.job?.name ?? ''));
  canvas.setAttribute('aria-valuemax', length().toFixed(2));
  canvas.setAttribute('aria-valuenow', now.toFixed(2));
  canvas.setAttribute('aria-valuetext', t('times', exact(now), exact(length())));
  const marks = width() < 420 ? 3 : 5;
  const texts = Array.from({ length: marks }, (_, index) => {
    const time = view.start + ((view.end - view.start) * index) / (marks - 1);
    return index === marks - 1 || view.end - view.start < 20 ? exact(time) : clock(time);
  });
  const axis = $('axis');
  if (axis.children.length !== marks) axis.replaceChildren(...texts.map(() => el('span')));
  texts.forEach((text, index) => say(axis.children[index], length() ? text : ''));
}

export function zoom(factor, at = (view.start + view.end) / 2) {
  const total = length(), span = Math.min(total, Math.max(Math.min(1, total), (view.end - view.start) * factor));
  const share = (at - view.start) / (view.end - view.start);
  moveTo(at - share * span, span);
}

function moveTo(start, span) {
  const total = length(), begin = Math.max(0, Math.min(start, total - span));
  view = { start: begin, end: Math.max(begin + 0.01, begin + span) };
  draw();
  load();
}

function whole() { view = { start: 0, end: Math.max(0.01, length()) }; }

function pointerDown(event) {
  if (event.button !== 0 || !length()) return;
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, event.offsetX);
  if (pointers.size === 2) { const [a, b] = [...pointers.values()]; drag = { pinch: Math.abs(a - b) || 1, view: { ...view }, at: timeAt((a + b) / 2) }; return; }
  const part = chosenPart();
  const edge = part ? part.findIndex(time => Math.abs(xOf(time) - event.offsetX) < 10) : -1;
  drag = { from: event.offsetX, anchor: edge >= 0 ? part[1 - edge] : timeAt(event.offsetX), isMoved: edge >= 0 };
}

function pointerMove(event) {
  const part = chosenPart();
  if (!drag) { canvas.style.cursor = part?.some(time => Math.abs(xOf(time) - event.offsetX) < 10) ? 'ew-resize' : ''; return; }
  pointers.set(event.pointerId, event.offsetX);
  if (drag.pinch && pointers.size === 2) {
    const [a, b] = [...pointers.values()];
    view = { ...drag.view };
    zoom(drag.pinch / (Math.abs(a - b) || 1), drag.at);
    return;
  }
  if (!drag.isMoved && Math.abs(event.offsetX - drag.from) < 5) return;
  drag.isMoved = true;
  const time = Math.max(0, Math.min(length(), timeAt(event.offsetX)));
  setPart([Math.min(drag.anchor, time), Math.max(drag.anchor, time)]);
}

function pointerUp(event) {
  if (drag && !drag.pinch && !drag.isMoved && event.type === 'pointerup') player.seek(timeAt(event.offsetX));
  pointers.delete(event.pointerId);
  if (pointers.size === 0) drag = null;
}

function wheel(event) {
  const isWhole = view.end - view.start >= length() - 0.01;
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    if (isWhole) return;
    event.preventDefault();
    moveTo(view.start + (event.deltaX / width()) * (view.end - view.start), view.end - view.start);
  } else if (!(isWhole && event.deltaY > 0)) {
    event.preventDefault();
    zoom(Math.exp(event.deltaY * 0.002), timeAt(event.offsetX));
  }
}

export function startWaveform() {
  canvas.onpointerdown = pointerDown;
  canvas.onpointermove = pointerMove;
  canvas.onpointerup = canvas.onpointercancel = pointerUp;
  canvas.addEventListener('wheel', wheel, { passive: false });
  $('zoom-in').onclick = () => zoom(0.5, player.time);
  $('zoom-out').onclick = () => zoom(2, player.time);
  $('part').onclick = () => setPart(null);
  new ResizeObserver(() => { draw(); load(); }).observe(canvas);
  const refresh = () => {
    const key = `${store.current} ${length()}`;
    if (key !== shown) { if (!shown?.startsWith(`${store.current} `)) { peaks = null; speech = []; fetched = ''; } shown = key; whole(); showPart(); }
    draw();
    load();
    loadSpeech();
  };
  store.on('current jobs', refresh);
  store.on('language', () => { showPart(); draw(); });
  store.on('time', draw);
  addEventListener('themechange', draw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

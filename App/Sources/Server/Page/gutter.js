// Beside the text: times to play from, who speaks, and gaps with another try.
import { $, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { player } from './player.js';
import { show } from './dialogs.js';
import { clock, stamp } from './format.js';
import { t, why } from './words.js';

const root = $('text'), gutter = $('gutter');
const gapHeight = 46;

export function renderGutter() {
  const { draft } = store;
  if (!draft) return;
  const groups = gapsByParagraph(draft);
  [...root.children].forEach((element, index) => {
    const room = (groups.get(index)?.length ?? 0) * gapHeight;
    const margin = room ? `${room}px` : '';
    if (element.style.marginTop !== margin) element.style.marginTop = margin;
  });
  root.style.paddingBottom = `${(groups.get(draft.paragraphs.length)?.length ?? 0) * gapHeight}px`;
  // Places are all read before anything is written: long texts would be laid out anew for each paragraph.
  const elements = [...root.children], tops = elements.map(element => element.offsetTop), bottom = root.offsetHeight;
  const present = new Map([...gutter.children].map(child => [child.dataset.name, child]));
  const shift = innerWidth > 820 ? 7 : 3;
  const wanted = draft.paragraphs.map((paragraph, index) => stampOf(present.get(paragraph.key), paragraph, elements[index], (tops[index] ?? 0) + shift));
  for (const [index, gaps] of groups) {
    const top = (tops[index] ?? bottom) - gaps.length * gapHeight;
    gaps.forEach((gap, place) => wanted.push(gapOf(present, gap, top + place * gapHeight + 4)));
  }
  const kept = new Set(wanted);
  for (const child of present.values()) if (!kept.has(child)) child.remove();
  let next = gutter.firstElementChild;
  for (const child of wanted) { if (child === next) next = next.nextElementSibling; else gutter.insertBefore(child, next); }
}

function gapsByParagraph(draft) {
  const groups = new Map();
  for (const gap of draft.gaps) {
    let index = draft.paragraphs.findIndex(paragraph => paragraph.start >= gap.start - 0.05);
    if (index < 0) index = draft.paragraphs.length;
    groups.set(index, [...(groups.get(index) ?? []), gap]);
  }
  return groups;
}

function place(child, top) {
  if (child.style.top !== `${top}px`) child.style.top = `${top}px`;
  return child;
}

function stampOf(child, paragraph, element, top) {
  if (!child) {
    const present = () => store.draft.paragraphs.find(one => one.key === child.dataset.name);
    const icon = el('button', { className: 'who', onclick: () => askSpeaker(present()) }, '＠');
    child = el('div', { className: 'stamp', data: { name: paragraph.key } }, el('button', { className: 'time', onclick: event => {
      player.seek(present().start);
      player.play();
      // After a click the space bar is the player's again.
      if (event.detail) event.currentTarget.blur();
    } }), icon);
  }
  const text = stamp(paragraph.start), label = t('playFrom', text);
  if (child.firstElementChild.getAttribute('aria-label') !== label) {
    say(child.firstElementChild, text);
    child.firstElementChild.setAttribute('aria-label', label);
    child.lastElementChild.setAttribute('aria-label', t('speaker', text));
    child.lastElementChild.title = t('speakerTitle');
  }
  child.classList.toggle('now', element?.classList.contains('now') ?? false);
  return place(child, top);
}

function gapOf(present, gap, top) {
  const name = `${gap.kind} ${gap.start} ${gap.end}`;
  const again = () => api.retry(store.current, [gap.start, gap.end]).then(job => store.setJob(job), error => toast(why(error)));
  const child = present.get(name) ?? el('div', { className: 'gap', data: { name } }, el('span'), el('button', { className: 'icon', onclick: again }));
  say(child.firstElementChild, t(gap.kind === 'missing' ? 'gapMissing' : 'gapIncomplete', clock(gap.start), clock(gap.end)));
  say(child.lastElementChild, t('retry'));
  child.lastElementChild.disabled = !store.job || !['done', 'cancelled', 'failed'].includes(store.job.state);
  return place(child, top);
}

async function askSpeaker(paragraph) {
  if (!paragraph) return;
  const names = el('datalist', { id: 'speaker-names' }, ...store.draft.speakers.map(value => el('option', { value })));
  const input = el('input', { type: 'text', id: 'speaker-name', value: paragraph.speaker ?? '', 'list': null, autocomplete: 'off' });
  input.setAttribute('list', 'speaker-names');
  const all = el('input', { type: 'checkbox' });
  const form = el('form', { method: 'dialog', onsubmit: event => { event.preventDefault(); $('dialog-buttons').lastElementChild.click(); } },
    el('label', { className: 'note', for: 'speaker-name' }, t('speakerName')), input, names,
    paragraph.speaker ? el('label', { className: 'check' }, all, t('speakerAll')) : null);
  const name = await show(t('speakerTitle'), [form], [{ text: t('cancel'), value: null }, { text: t('ok'), value: () => input.value.trim(), isMain: true }]);
  if (name !== null) store.tell('speaker', { key: paragraph.key, name: name || null, isEverywhere: all.checked });
}

export function startGutter() {
  let wait = 0;
  new ResizeObserver(() => { cancelAnimationFrame(wait); wait = requestAnimationFrame(renderGutter); }).observe(root);
}

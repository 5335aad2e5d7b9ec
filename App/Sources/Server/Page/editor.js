// The transcript that can be edited: one editable root, a paragraph each, times beside it.
import { $, debounce, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { newKey } from './draft.js';
import { paragraphOf, restore, selection } from './caret.js';
import { renderGutter } from './gutter.js';
import { confirm } from './dialogs.js';
import { carried, cut, joined, moved, trimmed } from './places.js';
import { isChinese, t, why } from './words.js';

const root = $('text');
let isComposing = false;
let saving = Promise.resolve();
/** What the root shows: the draft's paragraphs, unless more arrived while a word is composed. */
let shown = { draft: null, paragraphs: [] };

const eventNames = { applause: '掌声', laughter: '笑声', music: '音乐', cough: '咳嗽', cheering: '欢呼', singing: '歌声' };
const chip = kind => `[${isChinese() ? eventNames[kind] ?? kind : kind}]`;

function content(paragraph) {
  const { text } = paragraph;
  const doubts = paragraph.doubts ?? [], changes = (paragraph.marks ?? []).filter(mark => mark.rules.some(rule => rule === 'replacements' || rule === 'names'));
  const edges = [...new Set([0, text.length, ...doubts.flat(), ...changes.flatMap(mark => [mark.from, mark.to])])].filter(edge => edge >= 0 && edge <= text.length).sort((one, other) => one - other);
  const nodes = [];
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [from, to] = [edges[index], edges[index + 1]];
    let node = document.createTextNode(text.slice(from, to));
    const change = changes.find(mark => mark.from <= from && to <= mark.to);
    if (change) node = el('span', { className: 'changed', title: t('changedFrom', change.original) }, node);
    if (doubts.some(([start, end]) => start <= from && to <= end)) node = el('mark', { data: { text: text.slice(from, to) } }, node);
    nodes.push(node);
  }
  return nodes.length ? nodes : [el('br')];
}

function eventsWithin(draft, index) {
  const { paragraphs } = draft, from = index === 0 ? -Infinity : paragraphs[index].start, to = paragraphs[index + 1]?.start ?? Infinity;
  return draft.events.filter(event => event.start >= from && event.start < to).map(event => chip(event.kind)).join(' ');
}

/** Shows the draft; paragraphs that did not change are not touched. */
export function render() {
  const { draft, job } = store;
  $('result').hidden = !draft || !(draft.paragraphs.length || job?.hasText || ['running', 'done'].includes(job?.state));
  $('foot').hidden = $('result').hidden;
  if (!draft || isComposing) return;
  const caret = document.activeElement === root ? selection() : null;
  const old = new Map([...root.children].map(paragraph => [paragraph.dataset.key, paragraph]));
  let isChanged = false;
  draft.paragraphs.forEach((paragraph, index) => {
    let element = old.get(paragraph.key);
    if (!element) { element = el('p', { data: { key: paragraph.key } }); isChanged = true; }
    old.delete(paragraph.key);
    const picture = JSON.stringify([paragraph.text, paragraph.doubts, paragraph.marks]);
    if (element.picture !== picture || element.textContent !== paragraph.text) { element.replaceChildren(...content(paragraph)); element.picture = picture; isChanged = true; }
    element.classList.toggle('doubtful', Boolean(paragraph.isDoubtful) && !paragraph.isEdited);
    label(element, 'speaker', paragraph.speaker);
    label(element, 'events', eventsWithin(draft, index));
    if (root.children[index] !== element) { root.insertBefore(element, root.children[index] ?? null); isChanged = true; }
  });
  for (const element of old.values()) { element.remove(); isChanged = true; }
  for (const node of [...root.childNodes]) if (node.nodeType !== Node.ELEMENT_NODE) node.remove();
  if (caret && isChanged) restore(caret);
  shown = { draft, paragraphs: draft.paragraphs };
  finishRender();
}

function label(element, name, value) {
  if (value) { if (element.dataset[name] !== value) element.dataset[name] = value; } else if (element.dataset[name] !== undefined) delete element.dataset[name];
}

function finishRender() {
  const { draft, job } = store;
  const count = root.querySelectorAll('mark, p.doubtful:not(:has(mark))').length;
  $('doubts').hidden = count === 0;
  say($('doubts').firstElementChild, t('doubts', count));
  say($('doubts').lastElementChild, t('doubtsKey'));
  $('doubts').setAttribute('aria-label', t('doubtsLabel', count));
  $('revert').hidden = !draft.hasEdits;
  const isSilent = job?.state === 'done' && draft.paragraphs.length === 0;
  say($('partial'), isSilent ? t('nothing') : job?.state === 'running' ? draft.partial : '');
  renderGutter();
  store.tell('shown');
}

/** Reads the paragraphs back after the browser changed them. */
function readBack() {
  const { draft } = store, all = shown.paragraphs, hasNews = all !== draft.paragraphs;
  if (draft !== shown.draft) { render(); return; }
  const before = new Map(all.map(paragraph => [paragraph.key, paragraph]));
  const kept = [];
  for (const node of [...root.childNodes]) {
    if (node.nodeName === 'P') kept.push(node);
    else if (node.textContent) { const wrapped = el('p', { data: { key: all[0]?.key ?? newKey() } }); node.replaceWith(wrapped); wrapped.append(node); kept.push(wrapped); } else node.remove();
  }
  const first = all[0], last = all.at(-1), seen = new Set(), result = [];
  for (const element of kept) {
    const text = element.textContent.replace(/\n+$/, '').replaceAll('\n', ' ');
    const old = seen.has(element.dataset.key) ? undefined : before.get(element.dataset.key);
    if (!old) element.dataset.key = newKey();
    seen.add(element.dataset.key);
    result.push(!old ? { ...(result.at(-1) ?? first), key: element.dataset.key, text, isEdited: true, doubts: [], marks: [] }
      : old.text === text ? old : changed(old, text, doubtsOf(element)));
  }
  if (result.length === 0 && first) result.push({ ...first, key: newKey(), end: last.end, text: '', isEdited: true, doubts: [], marks: [] });
  let place = -1;
  const places = new Map(result.map((paragraph, index) => [paragraph.key, index]));
  for (const paragraph of all) {
    const at = places.get(paragraph.key) ?? -1;
    if (at >= 0) place = at;
    else if (place >= 0) result[place] = { ...changed(result[place], result[place].text, result[place].doubts), end: Math.max(result[place].end, paragraph.end), base: null };
    else if (result.length) result[0] = { ...changed(result[0], result[0].text, result[0].doubts), start: Math.min(result[0].start, paragraph.start) };
  }
  draft.edit(result);
  if (hasNews) draft.rejoin();
  afterEdit();
}

const changed = (paragraph, text, doubts) => ({ ...paragraph, text, doubts, marks: [], times: carried(paragraph, text), isEdited: true, base: paragraph.isEdited ? paragraph.base : paragraph.text });

function doubtsOf(element) {
  return [...element.querySelectorAll('mark')].filter(mark => mark.textContent === mark.dataset.text).map(mark => {
    const range = document.createRange();
    range.selectNodeContents(element);
    range.setEndBefore(mark);
    const from = range.toString().length;
    return [from, from + mark.textContent.length];
  });
}

/** Puts lines in place of the selection; each line after the first begins a paragraph. */
function replaceSelection(lines) {
  const { draft } = store, chosen = selection();
  if (!chosen) return;
  draft.keep(chosen);
  const all = draft.paragraphs, from = all.findIndex(one => one.key === chosen.start.key), to = all.findIndex(one => one.key === chosen.end.key);
  if (from < 0 || to < 0) return;
  const head = all[from].text.slice(0, chosen.start.offset), tail = all[to].text.slice(chosen.end.offset);
  const left = cut(all[from], 0, chosen.start.offset), right = cut(all[to], chosen.end.offset, all[to].text.length);
  const pieces = lines.map((line, index) => {
    const isFirst = index === 0, isLast = index === lines.length - 1, own = line.length + (isFirst ? head.length : 0);
    const base = isLast ? (all[to].isEdited ? all[to].base : all[to].text) : null;
    const whole = {
      ...all[from], start: isFirst ? left.start : right.start, end: isLast ? right.end : isFirst ? left.end : right.start,
      text: (isFirst ? head : '') + line + (isLast ? tail : ''), key: isFirst ? all[from].key : newKey(), isEdited: true, base,
      ...joined(isFirst ? left : null, isLast ? moved(right, own) : null),
    };
    return lines.length > 1 ? trimmed(whole, isFirst, isLast) : whole;
  });
  draft.edit([...all.slice(0, from), ...pieces, ...all.slice(to + 1)]);
  render();
  const last = pieces.at(-1), at = { key: last.key, offset: Math.max(0, last.text.length - tail.length) };
  restore({ start: at, end: at });
  afterEdit();
}

function afterEdit() {
  render();
  save();
}

/** What is selected as plain text, an empty line between paragraphs. */
function selectedText() {
  const chosen = selection();
  if (!chosen) return '';
  const all = store.draft.paragraphs, from = all.findIndex(one => one.key === chosen.start.key), to = all.findIndex(one => one.key === chosen.end.key);
  return all.slice(from, to + 1).map((one, index) => one.text.slice(index === 0 ? chosen.start.offset : 0, index === to - from ? chosen.end.offset : undefined)).join('\n\n');
}

async function send(id) {
  const job = store.jobs.get(id), draft = store.drafts.get(id);
  if (!job || !draft || job.isLocal) return;
  try {
    if (draft.hasEdits) { await api.saveEdits(id, draft.edits); job.hasEdits = true; } else if (job.hasEdits) { await api.dropEdits(id); job.hasEdits = false; }
  } catch (error) { if (error.status > 0) toast(why(error)); else waiting.add(id); }
}

const waiting = new Set();
const later = debounce(600, flush);
function save(id = store.current) { waiting.add(id); later(); }

/** Sends edits that were not sent yet. */
export function flush() {
  later.cancel();
  const ids = [...waiting];
  waiting.clear();
  saving = saving.then(() => Promise.all(ids.map(send)));
  return saving;
}

export function setSpeaker(key, name, isEverywhere) {
  store.draft.setSpeaker(key, name, isEverywhere);
  afterEdit();
}

/** The paragraph that a key means: where the caret is, else what is played. */
export const presentKey = () => (document.activeElement === root ? paragraphOf(getSelection().anchorNode) : root.querySelector('p.now') ?? root.firstElementChild)?.dataset.key ?? null;

export function cycleSpeaker(key = presentKey()) {
  if (!key) return;
  const names = store.draft.speakers, present = store.draft.paragraphs.find(one => one.key === key)?.speaker ?? null;
  let number = 1;
  while (names.includes(t('speakerNumber', number))) number += 1;
  const choices = [...names, t('speakerNumber', number), null];
  setSpeaker(key, choices[(present === null ? -1 : choices.indexOf(present)) + 1] ?? null);
}

function step(direction) {
  const caret = store.draft[direction](selection());
  render();
  if (caret) restore(caret);
  afterEdit();
}

export function startEditor() {
  if (root.contentEditable !== 'plaintext-only') root.contentEditable = 'true';
  root.addEventListener('compositionstart', () => { store.draft.keep(selection(), 'typing'); isComposing = true; });
  root.addEventListener('compositionend', () => { isComposing = false; readBack(); });
  root.addEventListener('beforeinput', event => {
    if (event.inputType === 'insertParagraph' || event.inputType === 'insertLineBreak') { event.preventDefault(); replaceSelection(['', '']); } else if (event.inputType === 'historyUndo' || event.inputType === 'historyRedo') { event.preventDefault(); step(event.inputType === 'historyUndo' ? 'undo' : 'redo'); } else if (!event.isComposing) store.draft.keep(selection(), 'typing');
  });
  root.addEventListener('input', event => { if (!event.isComposing && !isComposing) readBack(); });
  root.addEventListener('paste', event => { event.preventDefault(); replaceSelection(event.clipboardData.getData('text/plain').split(/[\r\n]+/)); });
  root.addEventListener('copy', event => { event.preventDefault(); event.clipboardData.setData('text/plain', selectedText()); });
  root.addEventListener('cut', event => { event.preventDefault(); event.clipboardData.setData('text/plain', selectedText()); replaceSelection(['']); });
  root.addEventListener('drop', event => { if (!event.dataTransfer.files.length) event.preventDefault(); });
  root.addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const isUndo = event.code === 'KeyZ' && !event.shiftKey, isRedo = event.code === 'KeyY' || (event.code === 'KeyZ' && event.shiftKey);
    if (isUndo || isRedo) { event.preventDefault(); step(isUndo ? 'undo' : 'redo'); }
  });
  $('revert').onclick = async () => {
    if (!await confirm(t('revert'), t('revertText'), t('revert'))) return;
    store.draft.revert();
    afterEdit();
  };
  store.on('text', id => { if (id === store.current) render(); if (id && store.drafts.get(id)?.hasEdits) save(id); });
  store.on('partial', id => { if (id === store.current && store.job?.state === 'running') say($('partial'), store.draft.partial); });
  store.on('current jobs language', render);
  // What could not be sent goes when the server is there again.
  store.on('known', () => { if (waiting.size) later(); });
  addEventListener('pagehide', flush);
}

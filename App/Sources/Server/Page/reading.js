// Reading along: the paragraph being played, doubts, and finding words.
import { $, announce, debounce, isTyping, say } from './dom.js';
import { store } from './state.js';
import { player } from './player.js';
import { t } from './words.js';

const root = $('text');
let isFollowing = true;
let now = null;

function follow() {
  const time = player.time, paragraphs = store.draft?.paragraphs ?? [];
  let index = paragraphs.findLastIndex(paragraph => paragraph.start <= time + 0.02);
  if (index >= 0 && time > paragraphs[index].end + 2) index = -1;
  const hasBegun = player.isPlaying || time > 0;
  const element = hasBegun && index >= 0 ? root.children[index] ?? null : null;
  if (element !== now || (element && !element.classList.contains('now'))) {
    for (const old of root.querySelectorAll('p.now')) old.classList.remove('now');
    for (const old of document.querySelectorAll('.stamp.now')) old.classList.remove('now');
    element?.classList.add('now');
    if (element) [...document.querySelectorAll('.stamp')].find(child => child.dataset.name === element.dataset.key)?.classList.add('now');
    const isNew = now !== element;
    now = element;
    if (isNew && isFollowing && player.isPlaying) show(element);
  }
  const isAway = now && player.isPlaying && !isFollowing && !isVisible(now);
  $('follow').hidden = !isAway;
}

function isVisible(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight - 80;
}

const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
function show(element) {
  if (!element) return;
  const box = element.getBoundingClientRect();
  if (box.top > 20 && box.bottom < innerHeight - 90) return;
  element.scrollIntoView({ block: 'center', behavior: isCalm() ? 'auto' : 'smooth' });
}

let doubt = -1;
export function nextDoubt() {
  const all = [...root.querySelectorAll('mark, p.doubtful:not(:has(mark))')];
  if (!all.length) return;
  for (const mark of root.querySelectorAll('.current')) mark.classList.remove('current');
  doubt = (doubt + 1) % all.length;
  const target = all[doubt];
  target.classList.add('current');
  target.scrollIntoView({ block: 'center', behavior: isCalm() ? 'auto' : 'smooth' });
  announce(target.textContent);
  const paragraph = store.draft.paragraphs.find(one => one.key === target.closest('p').dataset.key);
  if (paragraph && !player.isPlaying) player.seek(paragraph.start);
}

let matches = [];
let match = -1;

function search() {
  const wanted = $('find').value.toLocaleLowerCase();
  matches = [];
  if (wanted) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT, node => (node.nodeName === 'P' ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP));
    while (walker.nextNode()) matches.push(...rangesIn(walker.currentNode, wanted));
  }
  match = Math.min(Math.max(match, -1), matches.length - 1);
  paint();
}

function rangesIn(paragraph, wanted) {
  const text = paragraph.textContent.toLocaleLowerCase(), found = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) found.push(rangeOf(paragraph, at, at + wanted.length));
  return found;
}

function rangeOf(paragraph, from, to) {
  const range = document.createRange(), walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let passed = 0, hasStart = false;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!hasStart && from < passed + node.length) { range.setStart(node, from - passed); hasStart = true; }
    if (to <= passed + node.length) { range.setEnd(node, to - passed); break; }
    passed += node.length;
  }
  return range;
}

function paint() {
  if (window.CSS?.highlights) {
    CSS.highlights.set('found', new Highlight(...matches));
    CSS.highlights.set('found-now', new Highlight(...(matches[match] ? [matches[match]] : [])));
  }
  say($('found'), $('find').value ? matches.length ? t('found', Math.max(match, 0) + 1, matches.length) : t('notFound') : '');
}

function goTo(step) {
  if (!matches.length) return;
  match = (match + step + matches.length) % matches.length;
  paint();
  matches[match].startContainer.parentElement.scrollIntoView({ block: 'center' });
}

export function startReading() {
  store.on('time shown', follow);
  store.on('shown', debounce(150, () => { if ($('find').value) search(); }));
  store.on('current', () => { doubt = -1; match = -1; isFollowing = true; });
  const leave = () => { if (player.isPlaying) { isFollowing = false; follow(); } };
  addEventListener('wheel', event => { if (event.target !== $('wave')) leave(); }, { passive: true });
  addEventListener('touchmove', leave, { passive: true });
  addEventListener('keydown', event => { if (['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown'].includes(event.key) && !isTyping(event.target)) leave(); });
  $('follow').onclick = () => { isFollowing = true; show(now); follow(); };
  $('doubts').onclick = nextDoubt;
  $('find').oninput = () => { match = -1; search(); goTo(1); };
  $('find').onkeydown = event => {
    if (event.key === 'Enter') { event.preventDefault(); goTo(event.shiftKey ? -1 : 1); }
    if (event.key === 'Escape') { $('find').value = ''; search(); event.stopPropagation(); root.focus({ preventScroll: true }); }
  };
}

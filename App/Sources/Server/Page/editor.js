// The editable text. What a person wrote is never overwritten: arriving text goes to paragraphs that are untouched.

import { t, clock, stamp } from './words.js';

export class Editor {
  constructor(root, gutter, { onEdit, onSeek, onRetry, onSpeaker }) {
    Object.assign(this, { root, gutter, onEdit, onSeek, onRetry, onSpeaker });
    this.gaps = [];
    this.events = [];
    root.addEventListener('input', () => this.edited());
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.isComposing) {
        event.preventDefault();
        document.execCommand('insertText', false, '\n');
      }
    });
    new ResizeObserver(() => this.layOut()).observe(root);
  }

  clear() {
    this.root.replaceChildren();
    this.gaps = [];
    this.events = [];
    this.machine = [];
    this.layOut();
  }

  /** Shows a transcript; the person's paragraphs stay as they are. */
  show(transcript) {
    this.gaps = transcript.coverage.filter((span) => ['missing', 'incomplete'].includes(span.kind) && span.end - span.start > 0.05);
    this.events = transcript.events;
    if (transcript.edits && !this.root.firstChild) {
      this.machine = transcript.paragraphs;
      this.root.replaceChildren(...transcript.edits.map((edit) => {
        const paragraph = this.paragraph(edit.edited ? { ...edit, doubts: [], marks: [] } : this.original(edit) ?? { ...edit, doubts: [], marks: [] });
        if (edit.speaker) paragraph.dataset.speaker = edit.speaker;
        if (edit.edited) paragraph.dataset.edited = '1';
        return paragraph;
      }));
      this.layOut();
    } else {
      this.replace(0, transcript.paragraphs);
    }
  }

  original(edit) { return this.machine.find((paragraph) => paragraph.start === edit.start && paragraph.text === edit.text); }

  /** Takes the model's paragraphs from one on. */
  replace(from, paragraphs) {
    this.machine = [...(this.machine ?? []).slice(0, from), ...paragraphs];
    const kept = [...this.root.children].filter((element) => element.dataset.edited);
    const isEdited = (paragraph) => kept.some((element) => paragraph.start < +element.dataset.end - 0.01 && paragraph.end > +element.dataset.start + 0.01);
    const speakers = new Map([...this.root.children].map((element) => [element.dataset.start, element.dataset.speaker]));
    const old = new Map([...this.root.children].filter((element) => !element.dataset.edited).map((element) => [element.dataset.start, element]));
    const wanted = [];
    for (const paragraph of this.machine) {
      if (isEdited(paragraph)) {
        const rest = this.restAfter(paragraph, kept);
        if (rest) wanted.push(this.paragraph(rest));
        continue;
      }
      const same = old.get(String(paragraph.start));
      if (same && same.textContent === paragraph.text && same.dataset.end === String(paragraph.end) && same.dataset.doubts === JSON.stringify(paragraph.doubts)) {
        wanted.push(same);
      } else {
        const made = this.paragraph(paragraph);
        const speaker = speakers.get(String(paragraph.start));
        if (speaker) made.dataset.speaker = speaker;
        wanted.push(made);
      }
    }
    const all = [...wanted, ...kept].sort((a, b) => a.dataset.start - b.dataset.start);
    const selection = this.saveSelection();
    let place = this.root.firstChild;
    for (const element of all) {
      if (element === place) place = place.nextSibling;
      else this.root.insertBefore(element, place);
    }
    while (place) { const next = place.nextSibling; place.remove(); place = next; }
    this.restoreSelection(selection);
    this.layOut();
  }

  /** What the model added to a paragraph after a person had edited it. */
  restAfter(paragraph, kept) {
    const element = kept.find((one) => Math.abs(+one.dataset.start - paragraph.start) < 0.01);
    const before = element?.dataset.machine;
    if (!element || !before || !paragraph.text.startsWith(before) || paragraph.text.length <= before.length + 1) return null;
    return { ...paragraph, start: +element.dataset.end, text: paragraph.text.slice(before.length).trim(), doubts: [], marks: [] };
  }

  paragraph(source) {
    const element = document.createElement('p');
    Object.assign(element.dataset, { start: source.start, end: source.end, doubts: JSON.stringify(source.doubts ?? []), machine: source.text });
    if (source.speaker) element.dataset.speaker = source.speaker;
    if (source.isDoubtful) element.className = 'doubtful';
    const spans = [
      ...(source.doubts ?? []).map(([from, to]) => ({ from, to, kind: 'mark' })),
      ...(source.marks ?? []).map((mark) => ({ ...mark, kind: 'changed' })),
    ].sort((a, b) => a.from - b.from);
    let place = 0;
    for (const span of spans) {
      if (span.from < place || span.to <= span.from) continue;
      element.append(source.text.slice(place, span.from));
      const part = document.createElement(span.kind === 'mark' ? 'mark' : 'span');
      if (span.kind === 'changed') { part.className = 'changed'; part.title = span.original; }
      part.textContent = source.text.slice(span.from, span.to);
      element.append(part);
      place = span.to;
    }
    element.append(source.text.slice(place));
    return element;
  }

  edited() {
    // Whatever the browser leaves behind after a large deletion becomes a paragraph again.
    for (const node of [...this.root.childNodes]) {
      if (node.nodeType === Node.ELEMENT_NODE && node.tagName === 'P') continue;
      if (!node.textContent) { node.remove(); continue; }
      const paragraph = this.paragraph({ start: 0, end: this.machine.at(-1)?.end ?? 0, text: node.textContent });
      node.replaceWith(paragraph);
      paragraph.dataset.edited = '1';
      getSelection().selectAllChildren(paragraph);
      getSelection().collapseToEnd();
    }
    const selection = getSelection();
    let element = selection.anchorNode;
    while (element && element.parentNode !== this.root) element = element.parentNode;
    for (const paragraph of this.root.children) {
      if (paragraph === element || paragraph.textContent !== paragraph.dataset.machine) {
        if (paragraph.textContent !== paragraph.dataset.machine) paragraph.dataset.edited = '1';
        else delete paragraph.dataset.edited;
      }
    }
    this.layOut();
    this.onEdit();
  }

  setSpeaker(element, name) {
    if (name) element.dataset.speaker = name;
    else delete element.dataset.speaker;
    this.layOut();
    this.onEdit();
  }

  get hasEdits() { return [...this.root.children].some((element) => element.dataset.edited || element.dataset.speaker); }

  /** What is shown, for the server and for the plain block. */
  paragraphs() {
    return [...this.root.children].map((element) => ({
      start: +element.dataset.start, end: +element.dataset.end, text: element.textContent,
      speaker: element.dataset.speaker ?? null, edited: Boolean(element.dataset.edited),
    }));
  }

  plain(withTimes) {
    return this.paragraphs().map(({ start, text, speaker }) =>
      (withTimes ? `[${stamp(start)}] ` : '') + (speaker ? `${speaker}: ` : '') + text).join('\n\n');
  }

  revert() {
    const machine = this.machine;
    this.root.replaceChildren();
    this.replace(0, machine);
    this.onEdit();
  }

  /** Puts the times beside the paragraphs, and shows what is missing between them. */
  layOut() {
    for (const element of this.root.children) {
      const own = this.events.filter((event) => event.start >= +element.dataset.start && event.start < +element.dataset.end);
      if (own.length) element.dataset.events = own.map((event) => event.kind).join(' · ');
      const gap = this.gaps.find((span) => span.start >= +element.dataset.start - 0.1 && !this.before(span, element));
      element.style.marginBottom = gap ? '46px' : '';
      element.gap = gap;
    }
    const first = this.gaps.find((span) => !this.root.firstChild || span.start < +this.root.firstChild.dataset.start - 0.1);
    this.root.style.paddingTop = first ? '46px' : '';
    const items = [...this.root.children].flatMap((element) => {
      const row = document.createElement('div');
      row.className = 'stamp' + (element.classList.contains('now') ? ' now' : '');
      row.style.top = `${element.offsetTop + 7}px`;
      const time = document.createElement('button');
      time.textContent = stamp(+element.dataset.start);
      time.title = clock(+element.dataset.start);
      time.onclick = () => this.onSeek(+element.dataset.start, true);
      const who = document.createElement('button');
      who.className = 'who';
      who.textContent = '☺';
      who.setAttribute('aria-label', t('speaker'));
      who.onclick = () => this.onSpeaker(element);
      row.append(time, who);
      element.stamp = row;
      return element.gap ? [row, this.gapRow(element.gap, element.offsetTop + element.offsetHeight + 4)] : [row];
    });
    if (first) items.unshift(this.gapRow(first, 4));
    this.gutter.replaceChildren(...items);
  }

  /** Whether another paragraph begins before the gap. */
  before(gap, element) {
    const next = element.nextElementSibling;
    return Boolean(next && gap.start >= +next.dataset.start - 0.1);
  }

  gapRow(gap, top) {
    const row = document.createElement('div');
    row.className = 'gap';
    row.style.top = `${top}px`;
    const text = document.createElement('span');
    text.textContent = t(`gap_${gap.kind}`, { from: clock(gap.start, 0), to: clock(gap.end, 0) });
    const again = document.createElement('button');
    again.className = 'icon';
    again.textContent = t('tryAgain');
    again.onclick = () => this.onRetry(gap);
    row.append(text, again);
    return row;
  }

  /** Marks the paragraph that is played. */
  setTime(time) {
    let found = null;
    for (const element of this.root.children) if (+element.dataset.start <= time + 0.05) found = element;
    if (found && time > +found.dataset.end + 2) found = null;
    if (found === this.playing) return null;
    this.playing?.classList.remove('now');
    this.playing?.stamp?.classList.remove('now');
    found?.classList.add('now');
    found?.stamp?.classList.add('now');
    this.playing = found;
    return found;
  }

  get doubtCount() { return this.root.querySelectorAll('mark').length; }

  nextDoubt() {
    const marks = [...this.root.querySelectorAll('mark')];
    if (!marks.length) return null;
    const index = (marks.findIndex((mark) => mark.classList.contains('current')) + 1) % marks.length;
    for (const mark of marks) mark.classList.toggle('current', mark === marks[index]);
    marks[index].scrollIntoView({ block: 'center' });
    return marks[index].closest('p');
  }

  saveSelection() {
    const selection = getSelection();
    if (!selection.anchorNode || !this.root.contains(selection.anchorNode)) return null;
    return [selection.anchorNode, selection.anchorOffset, selection.focusNode, selection.focusOffset];
  }

  restoreSelection(saved) {
    if (saved && this.root.contains(saved[0]) && this.root.contains(saved[2])) getSelection().setBaseAndExtent(...saved);
  }
}

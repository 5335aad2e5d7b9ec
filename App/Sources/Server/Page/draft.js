// The text of one recording as the reader sees it: what was heard, with the reader's edits kept over it.
import { mergeEdits } from './merge.js';

let lastKey = 0;
export const newKey = () => `edit-${++lastKey}`;

const blank = { speaker: null, isDoubtful: false, doubts: [], marks: [] };

export class Draft {
  heard = [];
  paragraphs = [];
  partial = '';
  coverage = [];
  events = [];
  #past = [];
  #future = [];
  #speakers = new Map();

  constructor(id) { this.id = id; }

  get hasEdits() { return this.#speakers.size > 0 || this.paragraphs.some(paragraph => paragraph.isEdited); }

  take(transcript) {
    this.heard = transcript.paragraphs ?? [];
    this.partial = transcript.partial ?? '';
    this.coverage = transcript.coverage ?? [];
    this.events = transcript.events ?? [];
    if (transcript.edits && !this.hasEdits) {
      for (const edit of transcript.edits) {
        if (edit.edited) this.paragraphs.push({ ...blank, ...edit, key: newKey(), isEdited: true, base: null });
        if (edit.speaker !== null && !edit.edited) this.#speakers.set(edit.start, edit.speaker);
      }
      this.paragraphs = this.paragraphs.filter(paragraph => paragraph.isEdited);
    }
    this.#merge();
  }

  takeParagraphs(from, paragraphs) {
    this.heard = [...this.heard.slice(0, from), ...paragraphs];
    this.partial = '';
    this.#merge();
  }

  #merge() {
    const edited = this.paragraphs.filter(paragraph => paragraph.isEdited);
    this.paragraphs = mergeEdits(this.heard, edited).map(paragraph => (!paragraph.isEdited && this.#speakers.has(paragraph.start)
      ? { ...paragraph, speaker: this.#speakers.get(paragraph.start) } : paragraph));
  }

  /** Remembers the present text so that `undo` comes back to it; typing in a row is one step. */
  keep(caret, kind = 'step') {
    const last = this.#past.at(-1), now = performance.now();
    if (kind === 'typing' && last?.kind === 'typing' && now - last.time < 1200) { last.time = now; return; }
    this.#past.push({ paragraphs: this.paragraphs, caret, kind, time: now });
    if (this.#past.length > 200) this.#past.shift();
    this.#future = [];
  }

  undo(caret) { return this.#step(this.#past, this.#future, caret); }
  redo(caret) { return this.#step(this.#future, this.#past, caret); }

  #step(from, to, caret) {
    const step = from.pop();
    if (!step) return null;
    to.push({ paragraphs: this.paragraphs, caret });
    this.paragraphs = step.paragraphs;
    this.#merge();
    return step.caret;
  }

  /** The reader changed the text of these paragraphs: all of them, in order. */
  edit(paragraphs) { this.paragraphs = paragraphs; }

  /** Brings in what was heard while the reader's change was under way. */
  rejoin() { this.#merge(); }

  setSpeaker(key, name, isEverywhere = false) {
    const old = this.paragraphs.find(paragraph => paragraph.key === key)?.speaker ?? null;
    this.paragraphs = this.paragraphs.map(paragraph => {
      if (paragraph.key !== key && !(isEverywhere && old !== null && paragraph.speaker === old)) return paragraph;
      this.#speakers.set(paragraph.start, name);
      return { ...paragraph, speaker: name };
    });
  }

  revert() {
    this.#speakers.clear();
    this.#past = [];
    this.#future = [];
    this.paragraphs = [];
    this.#merge();
  }

  /** As the server keeps edits. */
  get edits() {
    return this.paragraphs.map(({ start, end, text, speaker, isEdited }) => ({ start, end, text, speaker: speaker ?? null, edited: Boolean(isEdited) }));
  }

  get speakers() { return [...new Set(this.paragraphs.map(paragraph => paragraph.speaker).filter(Boolean))]; }
  get gaps() { return this.coverage.filter(span => span.kind === 'missing' || span.kind === 'incomplete'); }
}

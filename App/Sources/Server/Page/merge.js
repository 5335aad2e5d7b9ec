// Arriving text never replaces what the reader edited: it fills in around it.
const slack = 0.05;

/** What was heard, with `edited` paragraphs (in order) in place of what they cover. */
export function mergeEdits(heard, edited) {
  const result = edited.map(paragraph => paragraph);
  for (const paragraph of heard) {
    const over = edited.filter(edit => edit.start < paragraph.end - slack && edit.end > paragraph.start + slack);
    if (over.length === 0) { result.push(fresh(paragraph)); continue; }
    const first = over[0], last = over.at(-1);
    if (first.start > paragraph.start + 0.25) result.push(piece(paragraph, 0, offsetAt(paragraph, first.start), paragraph.start, first.start));
    if (last.end < paragraph.end - 0.25) {
      const from = continuation(paragraph, last);
      if (paragraph.text.slice(from).trim()) result.push(piece(paragraph, from, paragraph.text.length, last.end, paragraph.end));
    }
  }
  return result.sort((one, other) => one.start - other.start || one.end - other.end);
}

const fresh = paragraph => ({ ...paragraph, key: `heard-${paragraph.start}`, isEdited: false });

/** Where the text begins that came after an edited paragraph was edited. */
function continuation(paragraph, edit) {
  const base = edit.base;
  if (base) {
    let common = 0;
    while (common < base.length && base[common] === paragraph.text[common]) common += 1;
    if (common >= base.length - 3) return common;
  }
  return offsetAt(paragraph, edit.end);
}

/** The place in a paragraph's text of a time, between words. */
function offsetAt(paragraph, time) {
  const part = (time - paragraph.start) / Math.max(0.001, paragraph.end - paragraph.start);
  const near = Math.round(part * paragraph.text.length);
  const space = paragraph.text.indexOf(' ', near);
  return space >= 0 && space - near < 20 ? space : near;
}

function piece(paragraph, from, to, start, end) {
  const raw = paragraph.text.slice(from, to);
  const text = raw.trim(), shift = from + raw.length - raw.trimStart().length;
  const inside = ([a, b]) => a >= shift && b <= shift + text.length;
  return {
    ...paragraph, key: `heard-${start}`, isEdited: false, start, end, text,
    doubts: (paragraph.doubts ?? []).filter(inside).map(([a, b]) => [a - shift, b - shift]),
    marks: (paragraph.marks ?? []).filter(mark => inside([mark.from, mark.to])).map(mark => ({ ...mark, from: mark.from - shift, to: mark.to - shift })),
  };
}

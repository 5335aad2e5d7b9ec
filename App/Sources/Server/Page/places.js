// What is known of places in a paragraph's text (doubts, marks, times), when the text is cut, joined or changed.

/** When a place of the text is spoken, between the places whose time is known. */
export function timeAt(paragraph, offset) {
  const known = [[0, paragraph.start], ...(paragraph.times ?? []), [paragraph.text.length, paragraph.end]];
  const after = known.findIndex(([place]) => place >= offset);
  if (after <= 0) return known[Math.max(0, after)][1];
  const [[from, start], [to, end]] = [known[after - 1], known[after]];
  return to === from ? end : start + ((end - start) * (offset - from)) / (to - from);
}

/** The facts of a part of a paragraph; a cut before a space is at the word after it. */
export function cut(paragraph, from, to) {
  const shift = offset => offset - from, isInside = (start, end) => start >= from && end <= to;
  const word = offset => offset + (paragraph.text.slice(offset).length - paragraph.text.slice(offset).trimStart().length);
  return {
    start: from === 0 ? paragraph.start : timeAt(paragraph, word(from)),
    end: to === paragraph.text.length ? paragraph.end : timeAt(paragraph, word(to)),
    doubts: (paragraph.doubts ?? []).filter(([a, b]) => isInside(a, b)).map(one => one.map(shift)),
    marks: (paragraph.marks ?? []).filter(mark => isInside(mark.from, mark.to)).map(mark => ({ ...mark, from: shift(mark.from), to: shift(mark.to) })),
    times: (paragraph.times ?? []).filter(([place]) => isInside(place, place)).map(([place, time]) => [shift(place), time]),
  };
}

/** Facts that stand further on in a text. */
export const moved = ({ doubts, marks, times }, by) => ({
  doubts: doubts.map(one => one.map(place => place + by)), marks: marks.map(mark => ({ ...mark, from: mark.from + by, to: mark.to + by })),
  times: times.map(([place, time]) => [place + by, time]),
});

/** The facts of two parts that stand one after the other; either may be missing. */
export function joined(one, other) {
  const all = name => [...(one?.[name] ?? []), ...(other?.[name] ?? [])];
  return { doubts: all('doubts'), marks: all('marks'), times: all('times') };
}

/** Without the spaces that a cut has left at its ends. */
export function trimmed(paragraph, isFirst, isLast) {
  const { text } = paragraph, from = isFirst ? 0 : text.length - text.trimStart().length, to = isLast ? text.length : Math.max(from, text.trimEnd().length);
  return { ...paragraph, text: text.slice(from, to), ...joined(moved(cut(paragraph, from, to), 0), null) };
}

/** The times that still hold after a change somewhere in the text. */
export function carried({ text, times = [] }, next) {
  let head = 0, tail = 0;
  const most = Math.min(text.length, next.length);
  while (head < most && text[head] === next[head]) head += 1;
  while (tail < most - head && text[text.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  const by = next.length - text.length;
  return [...times.filter(([place]) => place <= head), ...times.filter(([place]) => place > head && place >= text.length - tail).map(([place, time]) => [place + by, time])];
}

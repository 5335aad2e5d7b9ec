// Where the caret is in the text: a paragraph's key and an offset in its text, which outlive a new rendering.
const root = document.getElementById('text');

export const paragraphOf = node => (node instanceof Element ? node : node?.parentElement)?.closest('#text > p') ?? null;

function place(node, offset) {
  if (node === root) {
    const paragraph = root.children[Math.min(offset, root.children.length - 1)];
    return paragraph ? { key: paragraph.dataset.key, offset: offset >= root.children.length ? paragraph.textContent.length : 0 } : null;
  }
  const paragraph = paragraphOf(node);
  if (!paragraph) return null;
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  range.setEnd(node, offset);
  return { key: paragraph.dataset.key, offset: range.toString().length };
}

/** The selection within the text, from start to end, or null. */
export function selection() {
  const chosen = getSelection();
  if (!chosen.rangeCount) return null;
  const range = chosen.getRangeAt(0);
  if (!root.contains(range.startContainer)) return null;
  const start = place(range.startContainer, range.startOffset), end = place(range.endContainer, range.endOffset);
  return start && end ? { start, end } : null;
}

function point({ key, offset }) {
  const paragraph = root.querySelector(`:scope > p[data-key="${CSS.escape(key)}"]`);
  if (!paragraph) return null;
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let left = offset, last = null;
  while (walker.nextNode()) {
    last = walker.currentNode;
    if (left <= last.length) return [last, left];
    left -= last.length;
  }
  return last ? [last, last.length] : [paragraph, 0];
}

export function restore(saved) {
  const start = saved && point(saved.start), end = saved && point(saved.end);
  if (start && end) getSelection().setBaseAndExtent(...start, ...end);
}

// Finds text in the editable column, and shows it without touching it.

import { t } from './words.js';

export class Find {
  constructor(input, note, root) {
    Object.assign(this, { input, note, root, index: 0, ranges: [] });
    input.oninput = () => { this.index = 0; this.search(); };
    input.onkeydown = (event) => {
      if (event.key === 'Enter') { this.index += event.shiftKey ? -1 : 1; this.search(); event.preventDefault(); }
      if (event.key === 'Escape') { this.input.value = ''; this.search(); this.input.blur(); }
    };
  }

  search() {
    const wanted = this.input.value.toLowerCase();
    CSS.highlights?.clear();
    this.ranges = [];
    if (!wanted) { this.note.textContent = ''; return; }
    for (const paragraph of this.root.children) {
      const text = paragraph.textContent.toLowerCase();
      for (let place = text.indexOf(wanted); place >= 0; place = text.indexOf(wanted, place + wanted.length)) {
        this.ranges.push(this.range(paragraph, place, place + wanted.length));
      }
    }
    const count = this.ranges.length;
    if (!count) { this.note.textContent = t('found_0'); return; }
    this.index = (this.index + count) % count;
    CSS.highlights?.set('found', new Highlight(...this.ranges));
    CSS.highlights?.set('found-now', new Highlight(this.ranges[this.index]));
    this.ranges[this.index].startContainer.parentElement.scrollIntoView({ block: 'center' });
    this.note.textContent = t('found_n', { i: this.index + 1, n: count });
  }

  range(paragraph, from, to) {
    const range = document.createRange();
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let place = 0;
    let isOpen = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const end = place + node.length;
      if (!isOpen && from < end) { range.setStart(node, from - place); isOpen = true; }
      if (isOpen && to <= end) { range.setEnd(node, to - place); break; }
      place = end;
    }
    return range;
  }
}

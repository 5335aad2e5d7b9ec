// The text as plain lines, following every edit, and copying it.
import { $, debounce, say, toast } from './dom.js';
import { store } from './state.js';
import { stamp } from './format.js';
import { t } from './words.js';

const line = text => text.replace(/\s*\n\s*/g, ' ');
const named = paragraph => (paragraph.speaker ? `${paragraph.speaker}: ` : '') + line(paragraph.text);
const spoken = () => (store.draft?.paragraphs ?? []).filter(paragraph => paragraph.text.trim());

export const plainText = () => spoken().map(named).join('\n\n');
export const timedText = () => spoken().map(paragraph => `[${stamp(paragraph.start)}] ${named(paragraph)}`).join('\n\n');

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast(t('copied'));
}

export function startPlain() {
  let frame = 0;
  const fill = () => say($('plain'), plainText()), fillLater = debounce(250, fill);
  // A long text is laid out when the typing pauses.
  store.on('shown', () => {
    cancelAnimationFrame(frame);
    if ((store.draft?.paragraphs.length ?? 0) > 400 && $('plain').firstChild) fillLater(); else frame = requestAnimationFrame(fill);
  });
  store.on('current', () => { fillLater.cancel(); $('plain').replaceChildren(); });
  $('copy').onclick = $('copy-left').onclick = () => copy(plainText());
  $('copy-times').onclick = () => copy(timedText());
}

// Keys. Single letters never act while somebody writes.

export function listenToKeys(actions) {
  addEventListener('keydown', (event) => {
    if (event.isComposing || document.getElementById('dialog').open) return;
    const place = event.target;
    const isWriting = place.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(place.tagName);
    const isControl = event.ctrlKey || event.metaKey;
    const act = (name, ...values) => { event.preventDefault(); actions[name](...values); };
    if (isControl && event.code === 'Space') return act('toggle');
    if (isControl && event.key.toLowerCase() === 'f' && !event.shiftKey) return act('find');
    if (isControl && event.key.toLowerCase() === 's') return act('export');
    if (isControl && event.key === 'Enter') return act('start');
    if (event.key === 'Escape') { if (isWriting) place.blur(); else act('cancel'); return; }
    if (isWriting || isControl || event.altKey) return;
    if (event.code === 'Space' && place.tagName !== 'BUTTON') return act('toggle');
    switch (event.key) {
      case 'j': case 'J': return act('skip', -10);
      case 'k': case 'K': return act('toggle');
      case 'l': case 'L': return act('skip', 10);
      case 'ArrowLeft': return act('skip', -5);
      case 'ArrowRight': return act('skip', 5);
      case 'n': case 'N': return act('doubt');
      case 's': case 'S': return act('speaker');
      case '?': return act('help');
      default:
    }
  });
}

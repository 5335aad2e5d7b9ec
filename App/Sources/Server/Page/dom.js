// Small helpers for the document.
export const $ = id => document.getElementById(id);

/** An element with properties, and children that are nodes or text. Names with a dash or `role` are attributes. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, value);
    else if (name === 'data') Object.assign(element.dataset, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets text only where it differs, so that nothing flickers and screen readers stay calm. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function debounce(wait, action) {
  let timer = 0;
  const later = (...values) => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; action(...values); }, wait); };
  later.isWaiting = () => timer !== 0;
  later.cancel = () => { clearTimeout(timer); timer = 0; };
  return later;
}

let toastTimer = 0;
export function toast(text) {
  const box = $('toast');
  box.textContent = text;
  box.hidden = false;
  announce(text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 3200);
}

/** Said by a screen reader when it has a moment. */
export function announce(text) { say($('live'), text); }

export function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox])'));
}

// One dialog element, used for everything that asks or shows.
import { $, el } from './dom.js';
import { t } from './words.js';

/** Shows a dialog; resolves with the pressed button's value, or null when it was closed. */
export function show(title, body, buttons = [{ text: t('close'), value: null }]) {
  const dialog = $('dialog');
  if (dialog.open) dialog.close();
  $('dialog-title').textContent = title;
  $('dialog-body').replaceChildren(...body);
  return new Promise(resolve => {
    const finish = value => { dialog.onclose = null; if (dialog.open) dialog.close(); resolve(value); };
    $('dialog-buttons').replaceChildren(...buttons.map(({ text, value, isMain }) =>
      el('button', { className: isMain ? 'start small-start' : 'button', onclick: () => finish(typeof value === 'function' ? value() : value) }, text)));
    dialog.onclose = () => { if (!dialog.open) resolve(null); };
    dialog.showModal();
  });
}

export async function confirm(title, text, action) {
  return await show(title, [el('p', {}, text)], [{ text: t('cancel'), value: null }, { text: action, value: true, isMain: true }]) === true;
}

export function table(headings, rows) {
  return el('div', { className: 'scroll' }, el('table', {},
    el('thead', {}, el('tr', {}, ...headings.map(text => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, ...rows.map(row => el('tr', {}, ...row.map(text => el('td', {}, text)))))));
}

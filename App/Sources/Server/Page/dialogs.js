// Questions and explanations in a window of their own.

import { t } from './words.js';

const $ = (id) => document.getElementById(id);

/** Shows a window. @returns the value of the button that closed it; `null` for Escape. */
export function show(title, content, buttons) {
  const dialog = $('dialog');
  $('dialog-title').textContent = title;
  $('dialog-body').replaceChildren(...content);
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue || null);
    $('dialog-buttons').replaceChildren(...buttons.map(([value, text, isMain]) => {
      const button = Object.assign(document.createElement('button'), { textContent: text, className: isMain ? 'start small' : 'button' });
      button.onclick = () => dialog.close(value);
      return button;
    }));
    dialog.returnValue = '';
    dialog.showModal();
  });
}

export function paragraph(text) { return Object.assign(document.createElement('p'), { textContent: text }); }

export function table(heads, rows) {
  const box = Object.assign(document.createElement('div'), { className: 'scroll', tabIndex: 0 });
  const made = document.createElement('table');
  const line = (cells, kind) => {
    const row = document.createElement('tr');
    row.append(...cells.map((cell) => {
      const place = document.createElement(kind);
      place.append(cell);
      return place;
    }));
    return row;
  };
  if (heads) made.append(line(heads, 'th'));
  made.append(...rows.map((row) => line(row, 'td')));
  box.append(made);
  return box;
}

export async function showPrivacy(ask) {
  const found = await ask('/api/privacy');
  const title = Object.assign(document.createElement('h3'), { textContent: t('sockets') });
  await show(t('privacyTitle'), [
    paragraph(t(found.isSealed ? 'privacySealed' : 'privacyOpen')),
    table(['', t('found'), t('source')], found.evidence.map((row) => [row.name, row.value, row.source])),
    title,
    table(null, found.sockets.map((socket) => [socket.local, socket.remote, socket.state])),
  ], [['ok', t('close')]]);
}

export function showKeys() {
  const key = (text) => Object.assign(document.createElement('kbd'), { textContent: text });
  return show(t('keys'), [table(null, [
    [key('Space'), t('key_space')], [key('J K L'), t('key_jkl')], [key('← →'), t('key_arrows')], [key('Ctrl F'), t('key_find')],
    [key('Ctrl S'), t('key_export')], [key('Ctrl Enter'), t('key_start')], [key('Esc'), t('key_escape')], [key('N'), t('key_n')],
    [key('S'), t('key_s')], [key('?'), t('key_help')],
  ])], [['ok', t('close')]]);
}

let hiding;
export function toast(text) {
  const box = $('toast');
  box.textContent = text;
  box.hidden = false;
  $('live').textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 2500);
}

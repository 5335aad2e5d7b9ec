// Exporting: the last choice is one press away, the others are in the menu.
import { $, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { flush } from './editor.js';
import { preference, remember } from './preferences.js';
import { t, why } from './words.js';

const chosen = () => (store.formats.some(format => format.name === preference('format', 'txt')) ? preference('format', 'txt') : 'txt');

export async function exportAs(name = chosen()) {
  if (!store.job || $('foot').hidden) return;
  remember('format', name);
  close();
  render();
  try {
    await flush();
    const response = await api.export(store.current, name);
    const fileName = nameIn(response.headers.get('Content-Disposition')) ?? `${store.job.name}.${name}`;
    const link = el('a', { href: URL.createObjectURL(await response.blob()), download: fileName });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    toast(t('exported', fileName));
  } catch (error) { toast(why(error)); }
}

function nameIn(header) {
  const wide = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '');
  if (wide) return decodeURIComponent(wide[1]);
  return /filename="([^"]+)"/i.exec(header ?? '')?.[1] ?? null;
}

function close(isFocused = false) {
  $('export-menu').hidden = true;
  $('export-more').setAttribute('aria-expanded', 'false');
  if (isFocused) $('export-more').focus();
}

function open() {
  $('export-menu').hidden = false;
  $('export-more').setAttribute('aria-expanded', 'true');
  $('export-menu').firstElementChild?.focus();
}

function render() {
  say($('export'), t('exportTo', chosen()));
  $('export-menu').setAttribute('aria-label', t('exportAs'));
  $('export-menu').replaceChildren(...store.formats.map(({ name }) => el('button', { role: 'menuitem', tabIndex: -1, onclick: () => exportAs(name), data: { format: name } },
    t(`format${name[0].toUpperCase()}${name.slice(1)}`), el('span', {}, `.${name}`))));
}

export function startExports() {
  $('export').onclick = () => exportAs();
  $('export-more').onclick = () => ($('export-menu').hidden ? open() : close());
  $('export-menu').onkeydown = event => {
    const items = [...$('export-menu').children], at = items.indexOf(document.activeElement);
    if (event.key === 'ArrowDown') { event.preventDefault(); items[(at + 1) % items.length].focus(); }
    if (event.key === 'ArrowUp') { event.preventDefault(); items[(at - 1 + items.length) % items.length].focus(); }
    if (event.key === 'Escape') { event.stopPropagation(); close(true); }
    if (event.key === 'Tab') close();
  };
  addEventListener('pointerdown', event => { if (!event.target.closest('.split')) close(); });
  store.on('known language', render);
}

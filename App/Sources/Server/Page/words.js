// Every text that the page shows, in English and Chinese. `$1` is the first value given to `t`.
import { preference, remember } from './preferences.js';
import { english } from './english.js';
import { chinese, chineseProblems } from './chinese.js';

let language = preference('language', null) ?? (/^zh/i.test(navigator.language) ? 'zh' : 'en');

export const isChinese = () => language === 'zh';
export const locale = () => (isChinese() ? 'zh-CN' : 'en');

export function t(key, ...values) {
  const text = (isChinese() ? chinese : english)[key] ?? english[key] ?? key;
  return text.replace(/\$(\d)/g, (mark, number) => values[number - 1] ?? mark);
}

/** What went wrong, in the page's language: the server tells it in English, and by a code. `name` is the recording's. */
export const why = (error, name = '') => (isChinese() && chineseProblems[error.code]?.replaceAll('$1', name)) || error.message;

/** Fills in `data-t` (text), `data-t-label` and `data-t-placeholder` below an element. */
export function translate(root = document) {
  document.documentElement.lang = locale();
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll('[data-t-label]')) {
    element.setAttribute('aria-label', t(element.dataset.tLabel));
    if (element.tagName === 'BUTTON') element.title = t(element.dataset.tLabel);
  }
  for (const element of root.querySelectorAll('[data-t-placeholder]')) element.placeholder = t(element.dataset.tPlaceholder);
}

export function switchLanguage() {
  language = isChinese() ? 'en' : 'zh';
  remember('language', language);
  translate();
}

// How a recording shall be heard and written: language, names, replacements, polish, filters.
import { $, debounce, el, say, toast } from './dom.js';
import { api } from './api.js';
import { store } from './state.js';
import { preference, remember } from './preferences.js';
import { locale, t, why } from './words.js';

const value = (name, fallback) => preference(`option.${name}`, fallback);
const set = (name, chosen) => remember(`option.${name}`, chosen);
const lines = text => text.split('\n').map(line => line.trim()).filter(Boolean);

export function chosenOptions() {
  const options = {
    language: value('language', null), context: value('context', ''), hotWords: lines(value('hotWords', '')),
    replacements: value('replacements', ''), rules: value('rules', null), script: value('script', 'simplified'),
    highPass: value('highPass', false), denoise: value('denoise', false), loudness: value('loudness', false),
  };
  const track = value('track', null);
  return track === null ? options : { ...options, track };
}

function languageName({ name, code }) {
  try { return new Intl.DisplayNames(locale(), { type: 'language' }).of(code) ?? name; } catch { return name; }
}

function languageField() {
  const chosen = value('language', null);
  const choices = store.languages.map(language => [language.code, languageName(language)]).sort((one, other) => one[1].localeCompare(other[1], locale()));
  return el('label', { className: 'field' }, el('span', {}, t('language')), el('select', { id: 'spoken', onchange: event => set('language', event.target.value || null) },
    el('option', { value: '' }, t('automatic')), ...choices.map(([code, name]) => el('option', { value: code, selected: code === chosen }, name))));
}

function tab(id, text, extra) {
  const isOpen = preference(`open.${id}`, false);
  const panel = el('div', { className: 'card panel', id: `panel-${id}`, hidden: !isOpen });
  const button = el('button', { type: 'button', className: 'field tab', 'aria-expanded': String(isOpen), 'aria-controls': `panel-${id}` },
    el('span', {}, text), extra ?? null, el('span', { 'aria-hidden': 'true' }, '▾'));
  button.onclick = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute('aria-expanded', String(!panel.hidden));
    remember(`open.${id}`, !panel.hidden);
  };
  return [button, panel];
}

/** A list that is kept in this browser, and goes in and out as plain text. */
function listField(name, label, fileName) {
  const note = el('span', { className: 'note', role: 'status' });
  const area = el('textarea', { id: `list-${name}`, value: value(name, ''), className: name === 'replacements' ? 'code' : '', spellcheck: false });
  const check = debounce(400, async () => {
    try {
      const counts = await api.checkLists({ hotWords: '', replacements: '', [name]: area.value });
      note.classList.remove('bad');
      say(note, area.value.trim() === '' ? '' : name === 'replacements' ? t('replacementCount', counts.replacementCount) : t('hotWordCount', counts.hotWords.length));
    } catch (error) { note.classList.add('bad'); say(note, why(error)); }
  });
  area.oninput = () => { set(name, area.value); summarise(); check(); };
  area.onkeydown = event => {
    if (name !== 'replacements' || event.key !== 'Tab' || event.shiftKey || event.ctrlKey) return;
    const { selectionStart, value: text } = area;
    const line = text.slice(text.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
    if (line === '' || line.includes('\t')) return;
    event.preventDefault();
    area.setRangeText('\t', selectionStart, area.selectionEnd, 'end');
    area.oninput();
  };
  const file = el('input', { type: 'file', accept: '.txt,.tsv,text/plain', hidden: true, 'aria-label': label });
  file.onchange = async () => { area.value = (await file.files[0].text()).replace(/\r\n?/g, '\n'); file.value = ''; area.oninput(); };
  const save = () => {
    const link = el('a', { href: URL.createObjectURL(new Blob([area.value], { type: 'text/plain' })), download: fileName });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return el('div', {}, el('label', { className: 'label', for: area.id }, label), area,
    el('div', { className: 'row' }, note, el('span', { className: 'grow' }),
      el('button', { type: 'button', className: 'icon', onclick: () => file.click() }, t('importList')), file,
      el('button', { type: 'button', className: 'icon', onclick: save }, t('exportList'))));
}

function checkbox(text, isOn, onChange) {
  return el('label', { className: 'check' }, el('input', { type: 'checkbox', checked: isOn, onchange: event => onChange(event.target.checked) }), text);
}

function ruleBoxes() {
  const chosen = new Set(value('rules', null) ?? store.usualRules);
  return store.rules.map(rule => checkbox(t(`rule${rule[0].toUpperCase()}${rule.slice(1)}`), chosen.has(rule), isOn => {
    if (isOn) chosen.add(rule); else chosen.delete(rule);
    set('rules', store.rules.filter(one => chosen.has(one)));
  }));
}

async function polishAgain() {
  const { rules, script, hotWords, replacements } = chosenOptions();
  try { await api.polish(store.current, { rules, script, hotWords, replacements }); } catch (error) { toast(why(error)); }
}

const summary = el('b');
function summarise() {
  say(summary, [value('context', '').trim(), ...lines(value('hotWords', ''))].filter(Boolean).slice(0, 6).join(', '));
  const again = $('polish-again');
  if (again) again.hidden = !store.job?.hasText || !['done', 'cancelled'].includes(store.job.state);
}

function build() {
  const [terms, termsPanel] = tab('terms', t('terms'), summary);
  termsPanel.append(listField('hotWords', t('hotWords'), 'sotto-names.txt'),
    el('div', {}, el('label', { className: 'label', for: 'context' }, t('context')),
      el('textarea', { id: 'context', value: value('context', ''), placeholder: t('contextHint'), oninput: event => { set('context', event.target.value); summarise(); } })));
  const [advanced, advancedPanel] = tab('advanced', t('advanced'));
  const script = value('script', 'simplified');
  advancedPanel.append(
    el('fieldset', {}, el('legend', {}, t('polish')), ...ruleBoxes(),
      el('label', { className: 'check' }, t('script'), el('select', { onchange: event => set('script', event.target.value) },
        ...['simplified', 'traditional', 'heard'].map(name => el('option', { value: name, selected: name === script }, t(`script${name[0].toUpperCase()}${name.slice(1)}`))))),
      el('button', { type: 'button', className: 'button small', id: 'polish-again', hidden: true, onclick: polishAgain }, t('polishAgain'))),
    el('fieldset', {}, el('legend', {}, t('sound')),
      ...['highPass', 'denoise', 'loudness'].map(name => checkbox(t(name), value(name, false), isOn => set(name, isOn))),
      el('label', { className: 'check' }, t('track'), el('input', { type: 'number', min: 0, max: 99, value: value('track', null) ?? '', onchange: event => set('track', event.target.value === '' ? null : Number(event.target.value)) }))),
    listField('replacements', t('replacements'), 'sotto-replacements.txt'));
  $('options').replaceChildren(languageField(), terms, advanced, termsPanel, advancedPanel);
  summarise();
}

export function startOptions() {
  $('options').onsubmit = event => event.preventDefault();
  store.on('known language', build);
  store.on('jobs current', summarise);
}

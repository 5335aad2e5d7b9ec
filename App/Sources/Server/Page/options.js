// What a person can choose before the start. Lists and choices are remembered by the browser.

import { t } from './words.js';

const remembered = JSON.parse(localStorage.getItem('options') ?? '{}');

function remember() { localStorage.setItem('options', JSON.stringify(remembered)); }

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Options {
  constructor(form, { onPolish, onProblem }) {
    Object.assign(this, { form, onPolish, onProblem, open: null });
    form.onsubmit = (event) => event.preventDefault();
  }

  /** The choices as the server takes them. */
  value() {
    const lines = (text) => (text ?? '').split('\n').map((line) => line.trim()).filter(Boolean);
    const { language, context, hotWords, replacements, rules, script, highPass, denoise, loudness, track } = remembered;
    return {
      language: language || null, context: context ?? '', hotWords: lines(hotWords), replacements: replacements ?? '',
      rules: rules ?? null, script: script ?? 'simplified', highPass: !!highPass, denoise: !!denoise, loudness: !!loudness,
      ...(track > 1 ? { track } : {}),
    };
  }

  draw(state, canPolish) {
    this.state = state;
    this.canPolish = canPolish;
    const language = element('select');
    language.setAttribute('aria-label', t('language'));
    language.append(new Option(t('automatic'), ''), ...state.languages.map(({ name, code }) => new Option(name, code)));
    language.value = remembered.language ?? '';
    language.onchange = () => { remembered.language = language.value; remember(); };
    const words = (remembered.hotWords ?? '').split('\n').filter((line) => line.trim()).join(', ');
    this.form.replaceChildren(
      element('label', { className: 'field' }, t('language'), language),
      this.tab('terms', t('terms'), words), this.tab('advanced', t('advanced'), ''));
    if (this.open === 'terms') this.form.append(this.terms());
    if (this.open === 'advanced') this.form.append(this.advanced());
  }

  tab(name, text, value) {
    const button = element('button', { type: 'button', className: 'field tab' }, text, element('b', { textContent: value }), this.open === name ? '▴' : '▾');
    button.setAttribute('aria-expanded', this.open === name);
    button.onclick = () => {
      this.open = this.open === name ? null : name;
      this.draw(this.state, this.canPolish);
      this.form.querySelectorAll('.tab')[name === 'terms' ? 0 : 1].focus();
    };
    return button;
  }

  area(name, label, isCode) {
    const area = element('textarea', { value: remembered[name] ?? '', className: isCode ? 'code' : '' });
    area.oninput = () => { remembered[name] = area.value; remember(); };
    // A tab belongs to a replacement; Escape leaves the field.
    if (isCode) {
      area.onkeydown = (event) => {
        if (event.key !== 'Tab' || event.shiftKey || area.selectionStart === 0) return;
        event.preventDefault();
        area.setRangeText('\t', area.selectionStart, area.selectionEnd, 'end');
        area.oninput();
      };
    }
    return element('label', {}, element('span', { className: 'label', textContent: label }), area);
  }

  terms() {
    const panel = element('div', { className: 'card panel' });
    panel.append(this.area('hotWords', t('hotWords')), this.area('context', t('context')), this.area('replacements', t('replacements'), true));
    const row = element('div', { className: 'row' });
    for (const name of ['hotWords', 'replacements']) {
      const save = element('button', { type: 'button', className: 'button small', textContent: `${t('save')}: ${t(name === 'hotWords' ? 'terms' : 'replacements').split(/[,，]/)[0]}` });
      save.onclick = () => download(new Blob([remembered[name] ?? ''], { type: 'text/plain' }), `${name}.txt`);
      const load = element('button', { type: 'button', className: 'button small', textContent: t('load') });
      load.onclick = () => {
        const picker = element('input', { type: 'file', accept: '.txt,text/plain' });
        picker.onchange = async () => {
          remembered[name] = await picker.files[0].text();
          remember();
          this.draw(this.state, this.canPolish);
        };
        picker.click();
      };
      row.append(save, load);
    }
    panel.append(row);
    return panel;
  }

  check(name, text, isOn, change) {
    const box = element('input', { type: 'checkbox', checked: isOn });
    box.onchange = () => { change(box.checked); remember(); };
    return element('label', { className: 'check' }, box, text);
  }

  advanced() {
    const panel = element('div', { className: 'card panel' });
    const rules = element('fieldset', {}, element('legend', { textContent: t('rules') }));
    const chosen = () => remembered.rules ?? this.state.usualRules;
    rules.append(...this.state.rules.map((rule) => this.check(rule, rule, chosen().includes(rule), (isOn) => {
      remembered.rules = this.state.rules.filter((one) => (one === rule ? isOn : chosen().includes(one)));
    })));
    const script = element('select');
    script.append(...['simplified', 'traditional', 'heard'].map((name) => new Option(t(name), name)));
    script.value = remembered.script ?? 'simplified';
    script.onchange = () => { remembered.script = script.value; remember(); };
    const sound = element('fieldset', {}, element('legend', { textContent: t('sound') }));
    sound.append(...['highPass', 'denoise', 'loudness'].map((name) =>
      this.check(name, t(name), !!remembered[name], (isOn) => { remembered[name] = isOn; })));
    const track = element('input', { type: 'number', min: 1, max: 99, value: remembered.track ?? 1 });
    track.onchange = () => { remembered.track = +track.value || 1; remember(); };
    panel.append(rules, element('label', {}, element('span', { className: 'label', textContent: t('script') }), script), sound,
      element('label', {}, element('span', { className: 'label', textContent: t('track') }), track));
    const polish = element('button', { type: 'button', className: 'button small', textContent: t('polishNow'), disabled: !this.canPolish });
    polish.onclick = () => this.onPolish(this.value());
    panel.append(element('div', {}, polish));
    return panel;
  }
}

export function download(blob, name) {
  const link = element('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The recordings of this sitting.

import { clock, t } from './words.js';

const percent = (share) => `${Math.round(share * 100)} %`;

export class List {
  constructor(root, { onOpen, onRemove, onMove }) { Object.assign(this, { root, onOpen, onRemove, onMove }); }

  draw({ jobs, sending }, current) {
    const focused = document.activeElement?.closest?.('#list li')?.dataset.id;
    const focusedTool = document.activeElement?.className;
    const known = new Set([...jobs.values()].map((job) => job.upload));
    const uploads = [...sending].filter(([key]) => !known.has(key)).map(([key, { name, sent, total }]) =>
      ({ id: key, name, state: 'receiving', bytesReceived: sent, bytesTotal: total, durationSeconds: null }));
    const waiting = [...jobs.values()].filter((job) => job.queuePosition).sort((a, b) => a.queuePosition - b.queuePosition);
    const all = [...jobs.values()].filter((job) => !job.queuePosition);
    this.root.replaceChildren(...[...all, ...waiting, ...uploads].map((job) => this.item(job, current, waiting)));
    document.getElementById('list-empty').hidden = Boolean(this.root.firstChild);
    if (focused) [...this.root.children].find((item) => item.dataset.id === focused)?.querySelector(focusedTool === 'open' ? '.open' : `[class="${focusedTool}"]`)?.focus();
  }

  item(job, current, waiting) {
    const item = Object.assign(document.createElement('li'), { className: 'item' });
    item.dataset.id = job.id;
    if (job.id === current) item.setAttribute('aria-current', 'true');
    const open = Object.assign(document.createElement('button'), { className: 'open' });
    const share = job.state === 'receiving' ? job.bytesReceived / (job.bytesTotal || 1)
      : job.state === 'running' && job.progress?.totalSeconds ? job.progress.doneSeconds / job.progress.totalSeconds : null;
    const note = Object.assign(document.createElement('small'), { textContent: this.note(job, share) });
    if (job.state === 'failed') note.className = 'bad';
    open.append(
      Object.assign(document.createElement('span'), { textContent: job.name, title: job.name }),
      Object.assign(document.createElement('span'), { className: 'length', textContent: job.durationSeconds === null ? '' : clock(job.durationSeconds, 0) }), note);
    if (share !== null) {
      const bar = Object.assign(document.createElement('div'), { className: 'bar' });
      const inner = document.createElement('i');
      inner.style.width = percent(Math.min(1, share)).replace(' ', '');
      bar.append(inner);
      open.append(bar);
    }
    open.onclick = () => this.onOpen(job.id);
    const tools = Object.assign(document.createElement('span'), { className: 'tools' });
    const place = waiting.indexOf(job);
    if (place > 0) tools.append(this.tool('up', '↑', job, () => this.onMove(job.id, waiting[place - 1].id)));
    if (place >= 0 && place < waiting.length - 1) tools.append(this.tool('down', '↓', job, () => this.onMove(job.id, waiting[place + 2]?.id ?? null)));
    if (job.created) tools.append(this.tool('remove', '✕', job, () => this.onRemove(job.id)));
    item.append(open, tools);
    return item;
  }

  tool(name, sign, job, action) {
    const button = Object.assign(document.createElement('button'), { className: name, textContent: sign, title: t(name) });
    button.setAttribute('aria-label', `${t(name)}: ${job.name}`);
    button.onclick = action;
    return button;
  }

  note(job, share) {
    if (job.state === 'done' && job.isComplete === false) return t('state_incomplete');
    return t(`state_${job.state}`, { percent: percent(share ?? 0), n: job.queuePosition ?? '', time: clock(job.decodedSeconds, 0) });
  }
}

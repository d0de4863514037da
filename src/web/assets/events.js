// What happened in the call, as a list: each row plays itself.
import {eventName, locale, partyName, t} from './lang.js';
import {clock, h, number} from './ui.js';

export const LEAD_S = 2; // a moment is understood with what came before it

// Kinds that are shown together, in the order of the buttons; "quiet" ones begin hidden.
const KINDS = [
  ['interruption', ['interruption']],
  ['overlap', ['overlap', 'simultaneous_start', 'terminal_overlap'], true],
  ['backchannel', ['backchannel'], true],
  ['dead_air', ['dead_air', 'long_response']],
  ['hold', ['hold', 'music', 'announcement']],
  ['tone', ['tone'], true],
  ['raised_voice', ['raised_voice', 'monologue']],
  ['fault', ['clipping', 'dropout'], true],
];

function kindOf(event) {
  return KINDS.find(([, types]) => types.includes(event.type))?.[0] ?? 'fault';
}

// "took the floor, 1.1 s over the other, cost 7.6 s"
function details(e) {
  const parts = [];
  if (e.outcome)
    parts.push(t(e.outcome));
  if (e.early_cut_in)
    parts.push(t('early'));
  if (e.overlap_s && e.type === 'interruption')
    parts.push(t('{s} s at once').replace('{s}', number(e.overlap_s)));
  if (e.restart)
    parts.push(t('other began again, cost {s} s').replace('{s}', number(e.cost_s)));
  if (e.tone)
    parts.push(t(e.tone) + (e.digit ? ` ${e.digit}` : ''));
  if (e.type === 'long_response' && e.value)
    parts.push(`${number(e.value)} s`);
  if (e.type === 'raised_voice' && e.value)
    parts.push(`+${number(e.value)} dB`);
  return parts.join(locale() === 'en' ? ', ' : '，');
}

export class EventList {
  constructor(events, play) {
    this.all = events.map((e, i) => ({...e, i, kind: kindOf(e)}));
    this.play = play;
    const hidden = localStorage.getItem('hidden-events');
    this.hidden = new Set(hidden === null ? KINDS.filter((k) => k[2]).map((k) => k[0]) : hidden.split(','));
    this.body = h('tbody', {});
    this.buttons = h('div', {class: 'kinds', role: 'group', 'aria-label': t('Events')});
    this.element = h('section', {class: 'events', 'aria-label': t('Events')}, this.buttons,
      h('div', {class: 'scroller'}, h('table', {class: 'list'}, this.body)));
    this.at = -1;
    this.draw();
  }

  get shown() {
    return this.all.filter((e) => !this.hidden.has(e.kind));
  }

  toggle(kind) {
    if (!this.hidden.delete(kind))
      this.hidden.add(kind);
    localStorage.setItem('hidden-events', [...this.hidden].join(','));
    this.at = -1;
    this.draw();
    this.onfilter?.();
  }

  draw() {
    this.buttons.replaceChildren(...KINDS.map(([kind, types]) => {
      const n = this.all.filter((e) => types.includes(e.type)).length;
      return n > 0 && h('button', {class: `kind ${kind}`, 'aria-pressed': String(!this.hidden.has(kind)),
                                   onclick: () => this.toggle(kind)}, `${eventName(kind)} ${n}`);
    }).filter(Boolean));
    this.rows = this.shown;
    this.body.replaceChildren(...this.rows.map((e, i) => h('tr', {class: e.by ?? 'none', onclick: () => this.go(i)},
      h('td', {class: 'right time'}, clock(e.start, 1)),
      h('td', {}, h('span', {class: `mark ${e.kind}`}), eventName(e.type)),
      h('td', {class: 'party'}, partyName(e.by)), h('td', {class: 'right'}, `${number(e.end - e.start)} s`),
      h('td', {class: 'soft'}, details(e)))));
    if (!this.rows.length)
      this.body.append(h('tr', {}, h('td', {class: 'soft'}, this.all.length ? t('All events are hidden.') : t('Nothing stood out.'))));
  }

  mark(i) {
    this.body.rows[this.at]?.classList.remove('at');
    this.at = i;
    const row = this.body.rows[i];
    row?.classList.add('at');
    row?.scrollIntoView({block: 'nearest'});
  }

  go(i) {
    const e = this.rows[i];
    if (!e)
      return;
    this.mark(i);
    this.play(e);
  }

  // From where the sound is, so that it also works after seeking by hand.
  step(way, now_s) {
    const rows = this.rows;
    if (!rows.length)
      return;
    const near = this.at >= 0 && Math.abs(now_s - rows[this.at].start) < 15;
    if (near)
      this.go(Math.max(0, Math.min(rows.length - 1, this.at + way)));
    else if (way > 0)
      this.go(Math.max(0, rows.findIndex((e) => e.start > now_s)));
    else
      this.go(Math.max(0, rows.findLastIndex((e) => e.start < now_s)));
  }
}

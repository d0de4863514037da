// The table of calls: filters in the address, so that a view can be kept and sent; pages come as one scrolls.
import {get} from './api.js';
import {flagName, t} from './lang.js';
import {clock, h, isWriting, percent, scoreMark, toast, when} from './ui.js';

const PAGE = 60;
const MAX_ROWS = 3000; // beyond, a narrower filter serves better than more scrolling
const FILTERS = ['where', 'flag', 'severity', 'agent', 'queue', 'since', 'until', 'order'];
const COLUMNS = [
  // field to sort by, heading, class, first direction
  ['started_at', 'Started', '', '-'], ['agent', 'Agent', '', ''], ['queue', 'Queue', '', ''],
  ['duration_s', 'Length', 'right', '-'], ['score', 'Score', 'right', ''], ['severity', 'Flags', '', '-'],
  [null, 'Recording', ''],
];
let fields = null;

export function currentFilter() {
  const q = new URLSearchParams(location.search);
  return Object.fromEntries(FILTERS.map((k) => [k, q.get(k) ?? '']));
}

function queryOf(filter) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) {
    if (value)
      q.set(key, value);
  }
  return q;
}

function flagChips(flags, severity) {
  return flags.map((f) => h('span', {class: `chip ${severity ?? ''}`}, flagName(f)));
}

function scoreCell(call) {
  if (call.status === 'unscorable')
    return h('span', {class: 'soft', title: call.reason}, t('cannot be judged'));
  if (call.score === null)
    return '';
  return [scoreMark(call.score, call.coverage),
          h('span', {class: 'coverage', title: t('share of the form that the score rests on')}, percent(call.coverage))];
}

function rowOf(call) {
  return h('tr', {'data-id': call.id, tabindex: -1},
    h('td', {}, h('a', {href: `/call/${call.id}`}, when(call.started_at) || `#${call.id}`)),
    h('td', {}, call.agent ?? ''), h('td', {}, call.queue ?? ''),
    h('td', {class: 'right'}, clock(call.duration_s)), h('td', {class: 'right nowrap'}, scoreCell(call)),
    h('td', {class: 'chips'}, flagChips(call.flags, call.severity)), h('td', {class: 'file', title: call.file}, call.file ?? ''));
}

function filterBar(filter, apply) {
  const where = h('input', {
    type: 'search', class: 'where', list: 'fields', value: filter.where, spellcheck: 'false', autocomplete: 'off',
    placeholder: t('Search, e.g.') + ' agent.interruptions_per_min > 2 and duration_s > 60',
    'aria-label': t('Condition'), onchange: (e) => apply({where: e.target.value.trim()}),
  });
  const text = (key, name) => h('input', {
    value: filter[key], placeholder: t(name), 'aria-label': t(name), class: 'short',
    onchange: (e) => apply({[key]: e.target.value.trim()}),
  });
  const date = (key, name) => h('label', {class: 'inline'}, t(name), h('input', {
    type: 'date', class: 'date', value: filter[key], onchange: (e) => apply({[key]: e.target.value})}));
  const flag = h('select', {'aria-label': t('Flag'), onchange: (e) => apply({flag: e.target.value})},
    h('option', {value: ''}, t('any flag')),
    fields.flags.map((f) => h('option', {value: f.flag, selected: f.flag === filter.flag},
                              `${flagName(f.flag)} (${f.calls})`)));
  const severity = h('select', {'aria-label': t('Severity'), onchange: (e) => apply({severity: e.target.value})},
    [['', 'all calls'], ['info', 'flagged'], ['warning', 'warnings'], ['critical', 'critical']]
      .map(([v, name]) => h('option', {value: v, selected: v === filter.severity}, t(name))));
  return h('div', {class: 'filters', role: 'search'},
    h('datalist', {id: 'fields'}, fields.fields.map((f) => h('option', {value: f.name}, f.help))),
    where, severity, flag, text('agent', 'Agent'), text('queue', 'Queue'), date('since', 'from'), date('until', 'to'),
    h('button', {class: 'quiet', onclick: () => apply(Object.fromEntries(FILTERS.map((k) => [k, ''])))}, t('Clear')),
    h('a', {class: 'button', href: `/api/calls.csv?${queryOf(filter)}`, download: 'calls.csv'}, 'CSV'));
}

function headRow(filter, apply) {
  return h('tr', {}, COLUMNS.map(([field, name, cls, first]) => {
    if (!field)
      return h('th', {class: cls}, t(name));
    const now = filter.order || '-started_at';
    const up = now === field, down = now === `-${field}`;
    const turned = up ? `-${field}` : down ? field : `${first}${field}`;
    return h('th', {class: cls, 'aria-sort': up ? 'ascending' : down ? 'descending' : undefined},
      h('button', {class: 'sort', onclick: () => apply({order: turned})}, t(name), up ? ' ▲' : down ? ' ▼' : ''));
  }));
}

// Rows as they come: `ids` goes on growing, for "next call".
class Rows {
  constructor(body, end, filter) {
    Object.assign(this, {body, end, filter, ids: [], next: null, busy: false, done: false, at: -1});
  }

  async more(first) {
    if (this.busy || this.done)
      return;
    this.busy = true;
    const q = queryOf(this.filter);
    q.set('limit', PAGE);
    if (this.next)
      q.set('after', this.next);
    if (first)
      q.set('count', '1');
    try {
      const answer = await get(`/api/calls?${q}`);
      this.body.append(...answer.calls.map(rowOf));
      this.ids.push(...answer.calls.map((c) => c.id));
      this.next = answer.next;
      this.done = !answer.next || this.ids.length >= MAX_ROWS;
      sessionStorage.setItem('calls', JSON.stringify({query: queryOf(this.filter).toString(), ids: this.ids}));
      if (first)
        this.count = answer.more ? `${answer.count}+` : answer.count;
    } finally {
      this.busy = false;
    }
    this.end.textContent = !this.ids.length ? t('No call fits.')
      : this.done && this.next ? t('There are more; narrow the filter.') : '';
  }

  select(i) {
    const rows = this.body.rows;
    if (!rows.length)
      return;
    rows[this.at]?.classList.remove('at');
    this.at = Math.max(0, Math.min(rows.length - 1, i));
    rows[this.at].classList.add('at');
    rows[this.at].scrollIntoView({block: 'nearest'});
    sessionStorage.setItem('at', this.ids[this.at]);
    if (this.at > rows.length - 10)
      this.more();
  }
}

export async function showCalls(main, {go}) {
  fields ??= await get('/api/fields');
  const filter = currentFilter();
  const apply = (change) => {
    const q = queryOf({...filter, ...change}).toString();
    go(q ? `/calls?${q}` : '/calls');
  };
  const body = h('tbody', {onclick: (e) => {
    const row = e.target.closest('tr');
    if (row && !e.target.closest('a') && !getSelection().toString())
      go(`/call/${row.dataset.id}`);
  }});
  const end = h('p', {class: 'end soft', role: 'status'});
  const rows = new Rows(body, end, filter);
  const count = h('span', {class: 'soft'});
  const scroller = h('div', {class: 'scroller', tabindex: -1, onscroll: () => {
    if (scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 600)
      rows.more().catch((e) => toast(e.message, true));
  }}, h('table', {class: 'list calls'}, h('thead', {}, headRow(filter, apply)), body), end);
  document.title = `${t('Calls')} - callqa`;
  main.replaceChildren(h('div', {class: 'callspage'}, filterBar(filter, apply), h('div', {class: 'countline'}, count), scroller));
  try {
    await rows.more(true);
    count.textContent = t('{n} calls').replace('{n}', rows.count);
    rows.select(Math.max(0, rows.ids.indexOf(Number(sessionStorage.getItem('at')))));
  } catch (e) {
    end.textContent = e.message;
    end.classList.add('wrong');
  }
  function onKey(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog'))
      return;
    if (isWriting(e)) {
      if (e.key === 'Escape')
        e.target.blur();
      return;
    }
    const step = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 12, PageUp: -12}[e.key];
    if (step)
      rows.select(rows.at + step);
    else if (e.key === 'Home')
      rows.select(0);
    else if (e.key === '/')
      main.querySelector('.where').focus();
    else if (e.key === 'Enter' && rows.at >= 0 && !e.target.closest('button, a'))
      go(`/call/${rows.ids[rows.at]}`);
    else
      return;
    e.preventDefault();
  }
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}


// The table of calls: filters in the address, so that a view can be kept and sent; pages come as one scrolls.
import {get} from './api.js';
import {assignDialog} from './assign.js';
import {chooseColumns, columnsOf, currentFilter, filterBar, namesBelow, queryOf} from './filters.js';
import {flagName, measureName, t} from './lang.js';
import {savedPicker} from './saved.js';
import {clock, h, isWriting, percent, scoreMark, toast, when} from './ui.js';

export {currentFilter};

const PAGE = 60;
const MAX_ROWS = 3000; // beyond, a narrower filter serves better than more scrolling
const COLUMNS = [
  // field to sort by, heading, class, first direction
  ['started_at', 'Started', '', '-'], ['agent', 'Agent', '', ''], ['queue', 'Queue', '', ''],
  ['duration_s', 'Length', 'right', '-'], ['score', 'Score', 'right', ''], ['severity', 'Flags', '', '-'],
  [null, 'Status', ''], [null, 'Recording', ''],
];
let fields = null;

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

// new, mine, done, disputed; who is to review it, and until when.
function statusCell(call) {
  const late = call.due_at && new Date(call.due_at) < new Date();
  const due = call.due_at ? `${t('Until')} ${when(call.due_at)}` : '';
  return [h('span', {class: `status ${call.review}`, title: due}, t(`status: ${call.review}`)),
          call.assigned_to && h('span', {class: 'soft assigned', title: due}, call.assigned_to),
          late && h('span', {class: 'late', title: due}, t('overdue'))];
}

function valueCell(v) {
  return v === null ? '' : typeof v === 'number' ? String(Math.round(v * 1000) / 1000) : String(v);
}

function rowOf(call, columns, tick) {
  return h('tr', {'data-id': call.id, tabindex: -1},
    tick && h('td', {class: 'tick'}, h('input', {type: 'checkbox', 'aria-label': `${t('Tick call')} ${call.id}`})),
    h('td', {class: 'nowrap'}, h('a', {href: `/call/${call.id}`}, when(call.started_at) || `#${call.id}`)),
    h('td', {}, call.agent ?? ''), h('td', {}, call.queue ?? ''),
    h('td', {class: 'right'}, clock(call.duration_s)), h('td', {class: 'right nowrap'}, scoreCell(call)),
    h('td', {class: 'chips'}, flagChips(call.flags, call.severity)), h('td', {class: 'nowrap'}, statusCell(call)),
    columns.map((c) => h('td', {class: 'right value'}, valueCell(call.values?.[c] ?? null))),
    h('td', {class: 'file', title: call.file}, call.file ?? ''));
}

function headRow(filter, apply, columns, tickAll) {
  const now = filter.order || '-started_at';
  const heading = ([field, name, cls, first]) => {
    const text = first === undefined && field ? measureName(name) : t(name);
    if (!field)
      return h('th', {class: cls, scope: 'col'}, text);
    const up = now === field, down = now === `-${field}`;
    const turned = up ? `-${field}` : down ? field : `${first ?? '-'}${field}`;
    return h('th', {class: cls, scope: 'col', 'aria-sort': up ? 'ascending' : down ? 'descending' : undefined},
      h('button', {class: 'sort', onclick: () => apply({order: turned})}, text, up ? ' ▲' : down ? ' ▼' : ''));
  };
  const all = [...COLUMNS.slice(0, -1), ...columns.map((c) => [c, c, 'right value', undefined]), COLUMNS.at(-1)];
  return h('tr', {}, tickAll && h('th', {class: 'tick', scope: 'col'}, tickAll), all.map(heading));
}

// Rows as they come: `ids` goes on growing, for "next call".
class Rows {
  constructor(body, end, filter, make) {
    Object.assign(this, {body, end, filter, make, ids: [], next: null, busy: false, done: false, at: -1});
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
      this.body.append(...answer.calls.map(this.make));
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

// Which calls are ticked; with Shift, all between the last one and this.
class Ticks {
  constructor(body, changed) {
    Object.assign(this, {body, changed, last: null});
    body.addEventListener('click', (e) => {
      if (e.target.type === 'checkbox')
        this.clicked(e.target.closest('tr').sectionRowIndex, e.target.checked, e.shiftKey);
    });
  }

  boxes() {
    return [...this.body.querySelectorAll('.tick input')];
  }

  ids() {
    return this.boxes().filter((b) => b.checked).map((b) => Number(b.closest('tr').dataset.id));
  }

  clicked(at, on, range) {
    const boxes = this.boxes();
    const from = range && this.last !== null ? this.last : at;
    for (let i = Math.min(from, at); i <= Math.max(from, at); i++)
      boxes[i].checked = on;
    this.last = at;
    this.changed();
  }

  all(on) {
    this.boxes().forEach((b) => { b.checked = on; });
    this.changed();
  }
}

export async function showCalls(main, {go, user}) {
  fields ??= await get('/api/fields');
  const filter = currentFilter();
  const columns = columnsOf(filter);
  const lead = user.role === 'lead' || user.role === 'admin';
  const apply = (change) => {
    const q = queryOf({...filter, ...change}).toString();
    go(q ? `/calls?${q}` : '/calls');
  };
  const body = h('tbody', {onclick: (e) => {
    const row = e.target.closest('tr');
    if (row && !e.target.closest('a, .tick') && !getSelection().toString())
      go(`/call/${row.dataset.id}`);
  }});
  const end = h('p', {class: 'end soft', role: 'status'});
  const rows = new Rows(body, end, filter, (call) => rowOf(call, columns, lead));
  const count = h('span', {class: 'soft count'});
  const assign = lead && h('button', {class: 'quiet assign', onclick: () =>
    assignDialog(filter, ticks.ids(), rows.count, () => go(location.pathname + location.search, true)).catch((e) => toast(e.message, true))},
    t('Assign …'));
  const ticks = new Ticks(body, () => {
    const n = ticks.ids().length;
    assign.textContent = n ? t('Assign {n} ticked …').replace('{n}', n) : t('Assign …');
  });
  const tickAll = lead && h('input', {type: 'checkbox', 'aria-label': t('Tick all that are loaded'), onchange: (e) => ticks.all(e.target.checked)});
  const scroller = h('div', {class: 'scroller', tabindex: -1, onscroll: () => {
    if (scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 600)
      rows.more().catch((e) => toast(e.message, true));
  }}, h('table', {class: 'list calls'}, h('thead', {}, headRow(filter, apply, columns, tickAll)), body), end);
  document.title = `${t('Calls')} - callqa`;
  const bar = filterBar(fields, filter, apply);
  const saved = await savedPicker(filter, user, go);
  const download = (kind) => h('a', {class: 'button small', href: `/api/calls.${kind}?${queryOf(filter)}`, download: `calls.${kind}`}, kind.toUpperCase());
  main.replaceChildren(h('div', {class: 'callspage'}, bar,
    h('div', {class: 'countline row'}, saved, count, h('span', {class: 'grow'}), assign,
      h('button', {class: 'quiet columns', onclick: () => chooseColumns(fields, filter, apply)}, t('Columns …')), download('csv'), download('xlsx')),
    scroller));
  try {
    await rows.more(true);
    count.textContent = t('{n} calls').replace('{n}', rows.count);
    rows.select(Math.max(0, rows.ids.indexOf(Number(sessionStorage.getItem('at')))));
  } catch (e) {
    end.textContent = e.message;
    end.classList.add('wrong');
    if (filter.where && e.code === 'bad_request')
      end.after(namesBelow(fields, main.querySelector('.where')));
  }
  function onKey(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]'))
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
    else if (e.key === 'x' && lead && rows.at >= 0)
      ticks.clicked(rows.at, !ticks.boxes()[rows.at].checked, false);
    else if (e.key === 'X' && lead && rows.at >= 0)
      ticks.clicked(rows.at, true, true);
    else if (e.key === 'Enter' && rows.at >= 0 && !e.target.closest('button, a, summary'))
      go(`/call/${rows.ids[rows.at]}`);
    else
      return;
    e.preventDefault();
  }
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

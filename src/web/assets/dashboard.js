// How the calls go: figures over time and by group, each leading to the calls behind it.
import {get} from './api.js';
import {dayName, trendCard, whole} from './charts.js';
import {measureName, t} from './lang.js';
import {showAgreement, showIngest, showWorkload} from './quality.js';
import {h, number, percent} from './ui.js';

const one = (v) => number(v, 1), two = (v) => number(v, 2);
const minutes = (v) => `${Math.floor(Math.round(v) / 60)}:${String(Math.round(v) % 60).padStart(2, '0')}`;
// better: which direction is; minSpan: the axis never shows less than this, so that small change looks small
const FIGURES = [
  {field: 'score', show: two, minSpan: 1, better: 1},
  {field: 'agent.interruptions_per_min', show: two, minSpan: 1, floor: 0, better: -1},
  {field: 'talk_over_ratio', show: (v) => `${number(v * 100, 1)} %`, minSpan: 0.04, floor: 0, better: -1},
  {field: 'agent.response_latency_median_s', show: two, minSpan: 0.5, floor: 0, better: -1},
  {field: 'dead_air_s', show: one, minSpan: 5, floor: 0, better: -1},
  {field: 'handling_s', show: minutes, minSpan: 60, floor: 0, better: 0},
];
const SPANS = [30, 90, 180, 365];
const DAY_POINTS = 60; // up to so many days a point is a day, beyond it a week
const GROUPS = [['agent', 'Agent'], ['queue', 'Queue'], ['department', 'Department']];
const WAIT_MS = 50;

const figureName = (field) => field === 'score' ? t('Score') : measureName(field);
const quoted = (text) => `"${text.replaceAll('"', '')}"`;

function state() {
  const q = new URLSearchParams(location.search);
  const pick = (key, fallback) => q.get(key) ?? fallback;
  return {tab: pick('tab', 'trends'), days: Number(pick('days', '90')) || 90, by: pick('by', 'agent'), sort: pick('sort', ''),
          agent: pick('agent', null), queue: pick('queue', null), department: pick('department', null)};
}

function addressOf(s) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(s)) {
    if (value !== null && value !== '' && !(key === 'tab' && value === 'trends') && !(key === 'days' && value === 90) && !(key === 'by' && value === 'agent'))
      q.set(key, value);
  }
  return q.size ? `/dashboard?${q}` : '/dashboard';
}

// The calls behind a figure: the same days and group, as a filter of the table.
export function callsAddress(s, from, to, more = []) {
  const next = new Date(Date.parse(`${to}T00:00:00Z`) + 86400e3).toISOString().slice(0, 10);
  const where = [`started_at >= "${from}T00:00:00Z"`, `started_at < "${next}T00:00:00Z"`, ...more];
  for (const key of ['agent', 'queue', 'department']) {
    if (s[key] !== null)
      where.push(s[key] === '' ? `${key} is null` : `${key} = ${quoted(s[key])}`);
  }
  return `/calls?${new URLSearchParams({where: where.join(' and ')})}`;
}

// Asks until every day is summed up; tells how far it is.
async function figures(path, tell, alive) {
  for (;;) {
    const answer = await get(path);
    if (!answer.pending || !alive())
      return answer;
    tell(answer.pending);
    await new Promise((done) => { setTimeout(done, WAIT_MS); });
  }
}

const spell = (f, v) => v.mean === null ? '' : f.show(v.mean) + (v.low === null ? '' : ` (${f.show(v.low)} – ${f.show(v.high)})`);

function dataTable(s, points) {
  return h('details', {class: 'card datatable'}, h('summary', {}, t('The same as a table')),
    h('div', {class: 'scroller'}, h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, t('Days')), h('th', {scope: 'col', class: 'right'}, t('Calls')),
        FIGURES.map((f) => h('th', {scope: 'col', class: 'right'}, figureName(f.field))))),
      h('tbody', {}, points.map((p) => h('tr', {},
        h('th', {scope: 'row'}, h('a', {href: callsAddress(s, p.from, p.to)}, dayName(p.from, true) + (p.from === p.to ? '' : ` – ${dayName(p.to, true)}`))),
        h('td', {class: 'right'}, whole(p.calls)), FIGURES.map((f) => h('td', {class: 'right nowrap'}, spell(f, p.values[f.field])))))))));
}

// Calls by the median response time of their agent: a bar a bin, each a link.
function latencyCard(s, answer) {
  const all = answer.latency.reduce((sum, b) => sum + b.calls, 0);
  const most = Math.max(1, ...answer.latency.map((b) => b.calls));
  const field = 'agent.response_latency_median_s';
  const name = (b) => b.to === null ? `≥ ${b.from} s` : `${b.from} – ${b.to} s`;
  return h('section', {class: 'card latency'}, h('h2', {}, t('Calls by response time (median of the call)')),
    h('ol', {class: 'bars'}, answer.latency.map((b) => h('li', {},
      h('a', {href: callsAddress(s, answer.since, answer.until, [`${field} >= ${b.from}`, ...(b.to === null ? [] : [`${field} < ${b.to}`])]),
              class: b.from >= 3 ? 'slow' : '', 'aria-label': `${name(b)}: ${t('{n} calls').replace('{n}', whole(b.calls))}`},
        h('span', {class: 'barname'}, name(b)),
        h('span', {class: 'track'}, h('span', {class: 'bar', style: {width: `${100 * b.calls / most}%`}})),
        h('span', {class: 'barvalue'}, `${whole(b.calls)} · ${all ? percent(b.calls / all) : ''}`))))));
}

// Outside of what all calls come to, by more than chance?
function verdict(f, v, all) {
  if (v.low === null || all.mean === null || !f.better || (v.low <= all.mean && all.mean <= v.high))
    return '';
  return Math.sign(v.mean - all.mean) === f.better ? 'good' : 'bad';
}

function groupTable(s, answer, groups, go) {
  const sorted = [...groups.groups];
  const [field, down] = s.sort ? [s.sort.replace(/^-/, ''), s.sort.startsWith('-')] : ['calls', true];
  const value = (g) => field === 'calls' ? g.calls : field === 'flagged' ? g.flagged / g.calls : field === 'name' ? g.name : g.values[field].mean;
  sorted.sort((a, b) => {
    const x = value(a), y = value(b);
    if (x === null || y === null)
      return (x === null) - (y === null);
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
  const head = (key, name, cls) => h('th', {class: cls, scope: 'col', 'aria-sort': field === key ? (down ? 'descending' : 'ascending') : undefined},
    h('button', {class: 'sort', onclick: () => go(addressOf({...s, sort: field === key && down ? key : `-${key}`}))}, name, field === key ? (down ? ' ▼' : ' ▲') : ''));
  const bar = h('div', {class: 'row'}, h('h2', {class: 'grow'}, t('By')),
    h('div', {class: 'group', role: 'group', 'aria-label': t('By')}, GROUPS.map(([key, name]) =>
      h('button', {'aria-pressed': String(key === s.by), onclick: () => go(addressOf({...s, by: key, sort: ''}))}, t(name)))));
  return h('section', {class: 'card groups'}, bar,
    h('p', {class: 'soft'}, t('Means with their 95 % interval. Coloured: better or worse than all calls together by more than chance. Names choose, numbers open the calls.')),
    h('div', {class: 'scroller'}, h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, head('name', t(GROUPS.find(([k]) => k === s.by)[1]), ''), head('calls', t('Calls'), 'right'), head('flagged', t('flagged'), 'right'),
        FIGURES.map((f) => head(f.field, figureName(f.field), 'right')))),
      h('tbody', {}, sorted.map((g) => h('tr', {},
        h('th', {scope: 'row'}, h('button', {class: 'sort pick', onclick: () => go(addressOf({...s, [s.by]: g.name}))}, g.name || t('unknown'))),
        h('td', {class: 'right'}, h('a', {href: callsAddress({...s, [s.by]: g.name}, groups.since, groups.until)}, whole(g.calls))),
        h('td', {class: 'right'}, percent(g.flagged / g.calls)),
        FIGURES.map((f) => {
          const v = g.values[f.field], said = verdict(f, v, answer.all.values[f.field]);
          return h('td', {class: `right nowrap ${said}`, title: v.mean === null ? '' : `${spell(f, v)}, n = ${v.n}`},
            v.mean === null ? '–' : [said === 'good' ? '▲ ' : said === 'bad' ? '▼ ' : '', f.show(v.mean),
                                     h('span', {class: 'soft'}, v.low === null ? ` n = ${v.n}` : ` ± ${f.show((v.high - v.low) / 2)}`)]);
        })))))));
}

async function trends(page, s, go, alive) {
  const q = new URLSearchParams();
  const status = h('p', {class: 'soft', role: 'status'});
  page.append(status);
  for (const key of ['agent', 'queue', 'department']) {
    if (s[key] !== null)
      q.set(key, s[key]);
  }
  q.set('bucket', s.days <= DAY_POINTS ? 'day' : 'week');
  // the span ends with the newest call, which the first answer tells
  const tell = (n) => { status.textContent = t('{n} days are being summed up …').replace('{n}', n); };
  const {until} = await get(`/api/figures?${new URLSearchParams({bucket: 'day', agent: '\u0001'})}`);
  q.set('until', until);
  q.set('since', new Date(Date.parse(`${until}T00:00:00Z`) - (s.days - 1) * 86400e3).toISOString().slice(0, 10));
  const answer = await figures(`/api/figures?${q}`, tell, alive);
  const groups = await get(`/api/figures/groups?by=${s.by}&${q}`);
  if (!alive())
    return [];
  status.remove();
  if (!answer.all.calls) {
    page.append(h('p', {class: 'empty'}, t('No call of these days has a start.')));
    return [];
  }
  const cards = FIGURES.map((f) => trendCard({...f, name: figureName(f.field)},
    answer.points.map((p) => ({from: p.from, to: p.to, ...p.values[f.field]})), answer.all.values[f.field],
    (p) => go(callsAddress(s, p.from, p.to))));
  page.append(h('div', {class: 'cards'}, cards.map((c) => c.card)),
    h('p', {class: 'soft legend'}, t('Line: mean of the calls. Band: its 95 % interval. Dashed: mean of all days. Points of fewer than 5 calls are in the table only. Days are UTC.')),
    dataTable(s, answer.points), latencyCard(s, answer), groupTable(s, answer, groups, go));
  cards.forEach((c) => c.draw());
  return cards;
}

export async function showDashboard(main, {go, user}) {
  const s = state();
  const lead = user.role === 'lead' || user.role === 'admin';
  const tabs = [['trends', 'Figures'], ...(lead ? [['reviewers', 'Reviewers'], ['ingest', 'Recordings']] : []), ['agreement', 'Agreement']];
  const chosen = GROUPS.filter(([key]) => s[key] !== null);
  const page = h('div', {class: 'dashboard'}, h('div', {class: 'row wrap'},
    h('nav', {class: 'tabs', 'aria-label': t('Dashboard')}, tabs.map(([key, name]) =>
      h('a', {href: addressOf({...s, tab: key}), 'aria-current': key === s.tab ? 'page' : undefined}, t(name)))),
    chosen.map(([key, name]) => h('button', {class: 'chip', title: t('Remove'), onclick: () => go(addressOf({...s, [key]: null}))},
                                  `${t(name)}: ${s[key] || t('unknown')} ✕`)),
    h('span', {class: 'grow'}),
    s.tab !== 'ingest' && s.tab !== 'agreement' && h('div', {class: 'group', role: 'group', 'aria-label': t('Days')}, SPANS.map((n) =>
      h('button', {'aria-pressed': String(n === s.days), onclick: () => go(addressOf({...s, days: n}))}, t('{n} days').replace('{n}', n))))));
  document.title = `${t('Dashboard')} - callqa`;
  main.replaceChildren(h('div', {class: 'scroller'}, page));
  let here = true, cards = [];
  if (s.tab === 'reviewers')
    await showWorkload(page, s.days);
  else if (s.tab === 'ingest')
    await showIngest(page);
  else if (s.tab === 'agreement')
    await showAgreement(page);
  else
    cards = await trends(page, s, go, () => here);
  const redraw = () => cards.forEach((c) => c.draw());
  addEventListener('themechange', redraw);
  addEventListener('resize', redraw);
  return () => {
    here = false;
    removeEventListener('themechange', redraw);
    removeEventListener('resize', redraw);
    cards.forEach((c) => c.destroy());
  };
}

// Which calls: the filter in the page's address, and the bar that changes it.
import {flagName, measureName, t} from './lang.js';
import {dialog, h} from './ui.js';

export const FILTERS = ['where', 'flag', 'severity', 'review', 'assigned', 'reviewed_by', 'agent', 'queue', 'since', 'until',
  'order', 'columns'];

export function currentFilter() {
  const q = new URLSearchParams(location.search);
  return Object.fromEntries(FILTERS.map((k) => [k, q.get(k) ?? '']));
}

export function queryOf(filter) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) {
    if (value)
      q.set(key, value);
  }
  return q;
}

export const columnsOf = (filter) => filter.columns.split(',').filter(Boolean);

const select = (name, value, options, chosen) => h('select', {'aria-label': t(name), onchange: (e) => chosen(e.target.value)},
  options.map(([v, text]) => h('option', {value: v, selected: v === value}, text)));

// A searchable list of the names that a condition, an order or a column can have.
export function nameList(fields, choose) {
  const list = h('div', {class: 'names', role: 'list'});
  const draw = (text) => list.replaceChildren(...fields
    .filter((f) => `${f.name} ${f.help} ${measureName(f.name)}`.toLowerCase().includes(text.toLowerCase()))
    .map((f) => h('div', {role: 'listitem'}, choose(f), h('span', {class: 'soft'}, [f.help, f.unit].filter(Boolean).join(', ')))));
  draw('');
  return h('div', {class: 'fields'},
    h('input', {type: 'search', 'aria-label': t('Search the names'), placeholder: t('Search the names'), oninput: (e) => draw(e.target.value)}),
    list);
}

// Which measures stand beside the fixed columns, on the page and in exports.
export function chooseColumns(fields, filter, apply) {
  const chosen = new Set(columnsOf(filter));
  const d = dialog(t('Columns'),
    nameList(fields.fields, (f) => h('label', {class: 'inline'},
      h('input', {type: 'checkbox', checked: chosen.has(f.name), onchange: (e) => chosen[e.target.checked ? 'add' : 'delete'](f.name)}),
      f.name)),
    h('div', {class: 'row'}, h('button', {class: 'main', onclick: () => { d.close(); apply({columns: [...chosen].join(',')}); }}, t('Show'))));
}

// What one can ask for, where a condition was not understood.
export function namesBelow(fields, input) {
  return h('details', {class: 'namesbelow', open: true}, h('summary', {}, t('Names that a condition can use')),
    nameList(fields.fields, (f) => h('button', {class: 'quiet', onclick: () => {
      input.value = `${input.value.trim()} ${f.name}`.trim();
      input.focus();
    }}, f.name)));
}

export function filterBar(fields, filter, apply) {
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
  const whose = ['assigned', 'reviewed_by'].filter((k) => filter[k]);
  return h('div', {class: 'filters', role: 'search'},
    h('datalist', {id: 'fields'}, fields.fields.map((f) => h('option', {value: f.name}, f.help))),
    where,
    select('Status', filter.review, [['', t('any status')], ...['new', 'mine', 'done', 'disputed'].map((v) => [v, t(`status: ${v}`)])],
           (review) => apply({review})),
    select('Severity', filter.severity, [['', t('all calls')], ['info', t('flagged')], ['warning', t('warnings')], ['critical', t('critical')]],
           (severity) => apply({severity})),
    select('Flag', filter.flag, [['', t('any flag')], ...fields.flags.map((f) => [f.flag, `${flagName(f.flag)} (${f.calls})`])],
           (flag) => apply({flag})),
    text('agent', 'Agent'), text('queue', 'Queue'), date('since', 'from'), date('until', 'to'),
    whose.map((k) => h('button', {class: 'chip', title: t('Remove'), onclick: () => apply({[k]: ''})},
                       `${t(k === 'assigned' ? 'Waits for' : 'Reviewed by')} ${filter[k]} ✕`)),
    h('button', {class: 'quiet', onclick: () => apply(Object.fromEntries(FILTERS.map((k) => [k, ''])))}, t('Clear')));
}

// Reviews: one's own and, for those who decide, the disputed ones.
import {get} from './api.js';
import {t} from './lang.js';
import {h, scoreMark, when} from './ui.js';

const TABS = [['mine', 'Mine'], ['draft', 'Drafts'], ['submitted', 'Submitted'], ['disputed', 'Disputed'], ['resolved', 'Decided'], ['', 'All']];

export async function showReviews(main, {go, user}) {
  const agent = user.role === 'agent';
  const tab = new URLSearchParams(location.search).get('tab') ?? (agent ? '' : 'mine');
  const query = tab === 'mine' ? 'mine=1' : tab ? `state=${tab}` : '';
  const {reviews} = await get(`/api/reviews?${query}`);
  document.title = `${t('Reviews')} - callqa`;
  main.replaceChildren(h('div', {class: 'page'},
    h('div', {class: 'row'}, h('h1', {class: 'grow'}, t('Reviews')),
      h('div', {class: 'group', role: 'group'}, TABS.filter(([id]) => !agent || (id !== 'mine' && id !== 'draft')).map(([id, name]) =>
        h('button', {'aria-pressed': String(id === tab), onclick: () => go(`/reviews?tab=${id}`)}, t(name))))),
    h('table', {class: 'list calls'},
      h('thead', {}, h('tr', {}, ['Call', 'Agent', 'Reviewer', 'State', 'Score', 'Submitted'].map((c) =>
        h('th', {class: c === 'Score' ? 'right' : ''}, t(c))))),
      h('tbody', {onclick: (e) => {
        const row = e.target.closest('tr');
        if (row?.dataset.call && !e.target.closest('a'))
          go(`/call/${row.dataset.call}`);
      }}, reviews.map((r) => h('tr', {'data-call': r.call},
        h('td', {}, h('a', {href: `/call/${r.call}`}, `#${r.call}`)), h('td', {}, r.agent ?? ''), h('td', {}, r.reviewer ?? t('somebody')),
        h('td', {}, h('span', {class: `chip ${r.state === 'disputed' ? 'warning' : ''}`}, t(r.state))),
        h('td', {class: 'right'}, r.total === null ? '' : scoreMark(r.total, r.coverage)), h('td', {}, when(r.submitted_at || r.started_at))))))
    , !reviews.length && h('p', {class: 'empty'}, t('No reviews here.'))));
}

// Queries under a name: one's own, and those that leads share with everybody.
import {get, post, remove} from './api.js';
import {queryOf} from './filters.js';
import {t} from './lang.js';
import {dialog, h, toast} from './ui.js';

const isLead = (user) => user.role === 'lead' || user.role === 'admin';

// Chooses one at once; the last entry keeps and changes them.
export async function savedPicker(filter, user, go) {
  const {queries} = await get('/api/queries');
  const now = queryOf(filter).toString();
  const at = queries.find((q) => q.query === now);
  const open = (query) => go(query ? `/calls?${query}` : '/calls');
  return h('select', {class: 'saved', 'aria-label': t('Saved queries'), onchange: (e) => {
    if (e.target.value !== 'edit') {
      open(queries.find((q) => String(q.id) === e.target.value)?.query ?? '');
      return;
    }
    e.target.value = at ? String(at.id) : '';
    manage(now, user, open);
  }}, h('option', {value: '', selected: !at}, t('Saved queries')),
  queries.map((q) => h('option', {value: q.id, selected: q === at}, q.own ? q.name : `${q.name} (${q.owner})`)),
  h('option', {value: 'edit'}, t('Save or change …')));
}

async function manage(now, user, open) {
  const list = h('div', {class: 'savedlist'});
  const name = h('input', {id: 'q-name', required: true, maxlength: 100, autocomplete: 'off'});
  const shared = h('input', {type: 'checkbox', id: 'q-shared'});
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  const tried = async (work) => {
    wrong.textContent = '';
    try {
      await work();
    } catch (e) {
      wrong.textContent = e.message;
    }
    await draw();
  };
  const rename = (q) => {
    const input = h('input', {value: q.name, maxlength: 100, 'aria-label': t('Name of the query')});
    const row = list.querySelector(`[data-id="${q.id}"]`);
    row.replaceChildren(h('form', {class: 'row grow', onsubmit: (e) => {
      e.preventDefault();
      tried(() => post(`/api/queries/${q.id}`, {name: input.value.trim()}));
    }}, input, h('button', {type: 'submit'}, t('Save'))));
    input.select();
  };
  async function draw() {
    const {queries} = await get('/api/queries');
    list.replaceChildren(...queries.map((q) => h('div', {class: 'row', 'data-id': q.id},
      h('button', {class: 'quiet grow name', title: q.query, onclick: () => { d.close(); open(q.query); }}, q.name),
      !q.own && h('span', {class: 'soft'}, q.owner),
      q.own && q.shared && h('span', {class: 'chip'}, t('shared')),
      q.own && [
        isLead(user) && h('button', {class: 'quiet share', onclick: () => tried(() => post(`/api/queries/${q.id}`, {shared: !q.shared}))},
                          q.shared ? t('Stop sharing') : t('Share')),
        h('button', {class: 'quiet rename', onclick: () => rename(q)}, t('Rename')),
        h('button', {class: 'quiet replace', title: t('Put the filter of the table in its place'),
                     onclick: () => tried(() => post(`/api/queries/${q.id}`, {query: now}))}, t('Replace')),
        h('button', {class: 'quiet remove', onclick: () => tried(() => remove(`/api/queries/${q.id}`))}, t('Remove'))])),
      ...(queries.length ? [] : [h('p', {class: 'soft'}, t('None yet.'))]));
  }
  const d = dialog(t('Saved queries'), h('form', {class: 'row', onsubmit: (e) => {
    e.preventDefault();
    tried(async () => {
      await post('/api/queries', {name: name.value.trim(), query: now, shared: shared.checked});
      toast(t('The query is saved.'));
      name.value = '';
    });
  }}, h('label', {for: 'q-name'}, t('The table as it is now, under the name')), name,
  isLead(user) && h('label', {class: 'inline', for: 'q-shared'}, shared, t('for everybody')),
  h('button', {class: 'main', type: 'submit'}, t('Save'))), wrong, list);
  d.addEventListener('close', () => open(now));
  await draw();
}

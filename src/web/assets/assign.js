// A lead hands calls out: those that are ticked, or the first of the filter.
import {get, post} from './api.js';
import {queryOf} from './filters.js';
import {t} from './lang.js';
import {dialog, h, toast} from './ui.js';

const DAYS = 7; // until when, unless another day is chosen

function inDays(n) {
  const d = new Date(Date.now() + n * 86400e3);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}

// `ticked`: ids; without any, the filter's calls are meant.
export async function assignDialog(filter, ticked, count, done) {
  const {reviewers} = await get('/api/reviewers');
  const boxes = reviewers.map((r) => h('input', {type: 'checkbox', value: r.name, name: 'reviewer'}));
  const due = h('input', {type: 'date', id: 'a-due', value: inDays(DAYS)});
  const first = h('input', {type: 'number', id: 'a-first', min: 1, max: 2000, value: Math.min(Number.parseInt(count, 10) || 20, 20)});
  const untouched = h('input', {type: 'checkbox', id: 'a-untouched', checked: true});
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  const d = dialog(t('Assign calls'), h('form', {class: 'fields', onsubmit: async (e) => {
    e.preventDefault();
    const body = {reviewers: boxes.filter((b) => b.checked).map((b) => b.value), due: due.value};
    if (ticked.length)
      body.calls = ticked;
    else
      Object.assign(body, {first: Number(first.value), untouched: untouched.checked});
    try {
      const q = ticked.length ? '' : `?${queryOf({...filter, columns: ''})}`;
      const answer = await post(`/api/assignments${q}`, body);
      d.close();
      toast(t('{n} of {m} calls are assigned.').replace('{n}', answer.assigned).replace('{m}', answer.of));
      done();
    } catch (error) {
      wrong.textContent = error.message;
    }
  }}, ticked.length ? h('p', {}, t('{n} ticked calls').replace('{n}', ticked.length)) : [
    h('label', {for: 'a-first'}, t('The first of the {n} calls that the filter finds').replace('{n}', count)), first,
    h('label', {class: 'inline', for: 'a-untouched'}, untouched, t('only calls that nobody is to review'))],
  h('fieldset', {}, h('legend', {}, t('To whom (several: the one with the least work first)')),
    reviewers.map((r, i) => h('label', {class: 'inline person'}, boxes[i], r.title || r.name,
      h('span', {class: 'soft'}, t('{n} waiting').replace('{n}', r.open))))),
  h('label', {for: 'a-due'}, t('Until')), due, wrong,
  h('button', {class: 'main', type: 'submit'}, t('Assign'))));
}

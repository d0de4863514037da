// The dashboard's other pages: what reviewers have to do, how recordings come in, whether scores agree.
import {get, post} from './api.js';
import {t} from './lang.js';
import {clock, h, label, number, percent, toast, when} from './ui.js';

const STATES = ['queued', 'running', 'settling', 'done', 'failed', 'quarantined', 'ignored'];
const RELY = 0.667, GOOD = 0.8; // Krippendorff 2004

const day = (n) => new Date(Date.now() - n * 86400e3).toISOString().slice(0, 10);

function bar(value, most, cls) {
  return h('span', {class: 'track'}, h('span', {class: `bar ${cls ?? ''}`, style: {width: `${most ? 100 * value / most : 0}%`}}));
}

export async function showWorkload(page, days) {
  const {reviewers} = await get(`/api/workload?since=${day(days - 1)}`);
  const most = Math.max(1, ...reviewers.map((r) => Math.max(r.open, r.submitted)));
  const link = (n, q) => n ? h('a', {href: `/calls?${new URLSearchParams(q)}`}, n) : '0';
  page.append(h('section', {class: 'card workload'}, h('h2', {}, t('Reviewers')),
    h('div', {class: 'scroller'}, h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, [['Reviewer', ''], ['waiting', ''], ['overdue', 'right'], ['drafts', 'right'],
        [t('submitted in {n} days').replace('{n}', days), ''], ['disputed', 'right']].map(([name, cls]) => h('th', {scope: 'col', class: cls}, t(name))))),
      h('tbody', {}, reviewers.map((r) => h('tr', {}, h('th', {scope: 'row'}, r.title || r.name),
        h('td', {class: 'withbar'}, bar(r.open, most), link(r.open, {assigned: r.name})),
        h('td', {class: `right ${r.overdue ? 'bad' : ''}`}, r.overdue), h('td', {class: 'right'}, r.drafts),
        h('td', {class: 'withbar'}, bar(r.submitted, most, 'done'), link(r.submitted, {reviewed_by: r.name})),
        h('td', {class: 'right'}, link(r.disputed, {reviewed_by: r.name, review: 'disputed'})))))))));
}

export async function showIngest(page) {
  const box = h('div', {class: 'ingest'});
  page.append(box);
  async function draw() {
    const answer = await get('/api/ingest');
    const tile = (name, value, cls) => h('div', {class: `tile ${cls ?? ''}`}, h('b', {class: 'big'}, value), h('span', {class: 'soft'}, name));
    const retry = async (job) => {
      try {
        await post(`/api/jobs/${job.id}/retry`);
        toast(t('{file} will be looked at again.').replace('{file}', job.file));
      } catch (e) {
        toast(e.message, true);
      }
      await draw();
    };
    box.replaceChildren(
      h('div', {class: 'tiles'}, STATES.map((k) => tile(t(`job: ${k}`), answer.states[k], /failed|quarantined/.test(k) && answer.states[k] ? 'bad' : '')),
        tile(t('behind'), answer.lag_s === null ? '–' : clock(answer.lag_s)), tile(t('done in 24 h'), answer.done_24h),
        tile(t('failed in 24 h'), answer.failed_24h, answer.failed_24h ? 'bad' : ''),
        tile(t('last done'), when(answer.last_done_at) || '–')),
      h('section', {class: 'card'}, h('h2', {}, t('Recordings that failed, or are being analysed')),
        answer.jobs.length ? h('div', {class: 'scroller'}, h('table', {class: 'list'},
          h('thead', {}, h('tr', {}, ['Recording', 'Source', 'State', 'Reason', 'Attempts', 'Changed', ''].map((c) => h('th', {scope: 'col'}, t(c))))),
          h('tbody', {}, answer.jobs.map((j) => h('tr', {}, h('td', {class: 'file'}, j.file), h('td', {}, j.source),
            h('td', {}, h('span', {class: `chip ${j.state === 'running' ? '' : 'critical'}`}, t(`job: ${j.state}`))), h('td', {}, j.reason ?? ''),
            h('td', {class: 'right'}, j.attempts), h('td', {class: 'nowrap'}, when(j.changed_at)),
            h('td', {}, j.state !== 'running' && h('button', {class: 'retry', onclick: () => retry(j)}, t('Try again')))))))) :
          h('p', {class: 'soft'}, t('None.'))));
  }
  await draw();
}

// A coefficient with its interval on a line from below chance to full agreement.
function agreementCell(a) {
  if (a.coefficient === null)
    return h('span', {class: 'soft'}, a.n ? `n = ${a.n}` : '–');
  const x = (v) => `${Math.max(0, Math.min(100, (v + 0.2) / 1.2 * 100))}%`;
  const cls = a.coefficient >= GOOD ? 'good' : a.coefficient < RELY ? 'bad' : '';
  return [h('span', {class: 'range', 'aria-hidden': 'true'},
            h('i', {class: 'limit', style: {left: x(RELY)}}), h('i', {class: 'limit', style: {left: x(GOOD)}}),
            a.low !== null && h('i', {class: 'span', style: {left: x(a.low), width: `calc(${x(a.high)} - ${x(a.low)})`}}),
            h('i', {class: `dot ${cls}`, style: {left: x(a.coefficient)}})),
          h('b', {class: cls}, number(a.coefficient, 2)),
          h('span', {class: 'soft'}, a.low === null ? ` n = ${a.n}` : ` ${number(a.low, 2)} – ${number(a.high, 2)}, n = ${a.n}`)];
}

export async function showAgreement(page) {
  const box = h('section', {class: 'card agreement'});
  page.append(box);
  async function draw(form) {
    const answer = await get(`/api/agreement${form ? `?${new URLSearchParams({form})}` : ''}`);
    if (!answer.form) {
      box.replaceChildren(h('h2', {}, t('Agreement')), h('p', {class: 'soft'}, t('No review has been submitted yet.')));
      return;
    }
    const pick = h('select', {'aria-label': t('Form'), onchange: (e) => draw(e.target.value)}, answer.forms.map((f) =>
      h('option', {value: f.form, selected: f.form === answer.form}, `${f.form} (${f.reviews})`)));
    const rows = [...answer.items].sort((a, b) => (b.item === null) - (a.item === null));
    box.replaceChildren(h('div', {class: 'row'}, h('h2', {class: 'grow'}, t('Agreement')), pick),
      h('p', {class: 'soft'}, t('1 is full agreement, 0 chance. Above 0.8 is good, below 0.67 too little to rely on (Krippendorff 2004); both are marked.')),
      h('div', {class: 'scroller'}, h('table', {class: 'list'},
        h('thead', {}, h('tr', {}, ['Item', 'Machine and reviewers (kappa)', 'Reviewers among themselves (alpha)', 'same score', 'machine higher by']
          .map((c) => h('th', {scope: 'col'}, t(c))))),
        h('tbody', {}, rows.map((r) => h('tr', {class: r.item === null ? 'sum' : ''}, h('th', {scope: 'row'}, r.item === null ? t('All items') : label(r.label, r.item)),
          h('td', {class: 'nowrap'}, agreementCell(r.machine)), h('td', {class: 'nowrap'}, agreementCell(r.reviewers)),
          h('td', {class: 'right'}, percent(r.machine.exact)), h('td', {class: 'right'}, r.machine.bias === null ? '' : number(r.machine.bias, 2))))))));
  }
  await draw('');
}

// The form beside the player: what was measured, what it gives and the moments it rests on; and the reviewer's scores,
// saved as they are given.
import {flagName, measureName, partyName, eventName, t} from './lang.js';
import {get, post} from './api.js';
import {clock, dialog, h, label, number, percent, scoreMark, sleep, toast} from './ui.js';

const states = {open: 'open', proposed: 'proposed', not_applicable: 'not applicable'};
const SAME = 0.25; // a score this close to the machine's needs no reason
const HALF = 0.5;
const FIRST_WAIT_MS = 500, LAST_WAIT_MS = 10000; // between attempts to save
const FEW = 4; // moments that are shown at first

function value(v, measure) {
  if (v === null || v === undefined)
    return '–';
  if (/_ratio$/.test(measure))
    return `${number(v * 100)} %`;
  if (/_s$/.test(measure))
    return `${number(v, 2)} s`;
  return number(v, Number.isInteger(v) ? 0 : 2);
}

// From a measured value to points, with the value's place on it.
function curve(points, x, measure) {
  if (!points || points.length < 2)
    return null;
  const W = 120, H = 34, P = 3;
  const xs = points.map((p) => p[0]);
  const lo = Math.min(xs[0], x ?? xs[0]), hi = Math.max(xs.at(-1), x ?? xs[0]) || 1;
  const px = (v) => P + (v - lo) / (hi - lo || 1) * (W - 2 * P);
  const py = (v) => H - P - (v - 1) / 4 * (H - 2 * P);
  const at = (v) => {
    if (v <= xs[0])
      return points[0][1];
    const i = xs.findIndex((k) => k >= v);
    if (i < 0)
      return points.at(-1)[1];
    const [a, b] = [points[i - 1], points[i]];
    return a[1] + (v - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
  };
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', `0 0 ${W} ${H}`);
  svg.setAttribute('class', 'curve');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', points.map((p) => `${value(p[0], measure)}: ${p[1]}`).join('; '));
  const line = document.createElementNS(ns, 'polyline');
  line.setAttribute('points', [[lo, at(lo)], ...points, [hi, at(hi)]].map((p) => `${px(p[0])},${py(p[1])}`).join(' '));
  svg.append(line);
  if (x !== null && x !== undefined) {
    const dot = document.createElementNS(ns, 'circle');
    dot.setAttribute('cx', px(x));
    dot.setAttribute('cy', py(at(x)));
    dot.setAttribute('r', 3.2);
    svg.append(dot);
  }
  const title = document.createElementNS(ns, 'title');
  title.textContent = points.map((p) => `${value(p[0], measure)} → ${p[1]}`).join('\n');
  svg.append(title);
  return svg;
}

function moments(evidence, play) {
  if (!evidence?.length)
    return null;
  const box = h('div', {class: 'moments'});
  const show = (n) => box.replaceChildren(...evidence.slice(0, n).map((e) =>
    h('button', {class: `moment ${e.by ?? ''}`, title: `${eventName(e.event)} ${partyName(e.by)}`, onclick: () => play(e)},
      `▸ ${clock(e.start, 1)}`)),
  evidence.length > n ? h('button', {class: 'quiet', onclick: () => show(evidence.length)}, `+${evidence.length - n}`) : '');
  show(FEW);
  return box;
}

function indicator(ind, def) {
  return h('div', {class: `indicator ${ind.applies === false ? 'off' : ''}`},
    h('div', {class: 'grow'}, h('div', {}, label(def?.label, measureName(ind.measure))),
      h('div', {class: 'soft'}, h('b', {}, value(ind.value, ind.measure)), ' → ',
        ind.points === null || ind.points === undefined ? '–' : t('{n} points').replace('{n}', number(ind.points)),
        ind.note ? ` · ${ind.note}` : '')),
    curve(def?.curve, ind.value, ind.measure));
}

function flags(list, form, play) {
  return list.map((f) => h('div', {class: `flag ${f.severity}`},
    h('div', {class: 'row'}, h('b', {class: 'grow'}, label(form?.flags.find((d) => d.id === f.id)?.label, flagName(f.id))),
      h('span', {}, value(f.value, f.measure), h('span', {class: 'soft'}, ` / ${t('limit')} ${value(f.limit, f.measure)}`))),
    moments(f.evidence, play)));
}

const isMarked = (own) => own && own.mark !== 'none';
const reviewable = (judged) => judged === 'auto' || judged === 'assist' || judged === 'human';

export class FormPane {
  // call: as /api/calls/ID gives it; done(): the review is submitted.
  constructor({call, user, play, span, done}) {
    Object.assign(this, {call, user, play, span, done, review: null, others: [], at: -1, pending: null, finals: {}, local: {}, waiting: 0});
    this.analysis = call.analysis;
    this.card = call.analysis.scorecard;
    this.form = call.form;
    this.ids = (this.form?.items.filter((d) => !d.off_for_calls).map((d) => d.id) ?? []);
    this.saving = Promise.resolve();
    this.mayReview = user.role !== 'agent' && this.ids.length > 0 && this.analysis.status !== 'unscorable';
    this.element = h('aside', {class: 'form', 'aria-label': t('Form')});
    this.draw();
  }

  // Saving waits for it: an answer that was on its way must not be taken for what was said since.
  load() {
    const loaded = this.fetch();
    this.saving = loaded.catch(() => {});
    return loaded;
  }

  async fetch() {
    const {reviews} = await get(`/api/calls/${this.call.id}/reviews`);
    const here = reviews.filter((r) => r.rubric === this.card.rubric && r.version === this.card.version);
    const own = here.find((r) => r.reviewer === this.user.name);
    this.others = reviews.filter((r) => r !== own);
    if (own)
      this.review = await get(`/api/reviews/${own.id}`);
    else if (this.others.length && !this.mayReview)
      this.review = await get(`/api/reviews/${this.others[0].id}`);
    if (this.isDraft && this.at < 0 && this.form) // the first digit has an item to go to; the flags above stay in view
      this.at = this.drawnAt = this.ids.findIndex((id) => this.isOpen(id));
    this.draw();
  }

  async show(id) {
    this.review = await get(`/api/reviews/${id}`);
    this.draw();
  }

  get isDraft() {
    return this.mayReview && (!this.review || (this.review.state === 'draft' && this.review.reviewer === this.user.name));
  }

  get resolves() {
    return this.review?.state === 'disputed' && ['admin', 'lead'].includes(this.user.role) &&
      this.review.reviewer !== this.user.name && this.review.disputed_by !== this.user.name;
  }

  // What the reviewer has said, saved or on its way.
  own(id) {
    const saved = this.review?.items.find((i) => i.id === id);
    return this.local[id] ? {...saved, ...this.local[id]} : saved;
  }

  machine(id) {
    return this.card.items.find((i) => i.id === id);
  }

  def(id) {
    return this.form.items.find((d) => d.id === id);
  }

  // Waits for a reviewer: neither they nor the machine have said anything.
  isOpen(id) {
    return reviewable(this.def(id).judged) && !isMarked(this.own(id)) && !['scored', 'not_applicable'].includes(this.machine(id)?.state);
  }

  get openIds() {
    return this.ids.filter((id) => this.isOpen(id));
  }

  // What the server has no time or no line for now is said again; what it refuses is not.
  async insist(work) {
    for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LAST_WAIT_MS)) {
      try {
        if (!this.review)
          this.review = await post(`/api/calls/${this.call.id}/reviews`);
        this.review = await work(this.review.id);
        return;
      } catch (e) {
        if (![0, 429, 502, 503, 504].includes(e.status))
          throw e;
        this.note(t('not saved yet, trying again …'));
        await sleep(wait_ms);
      }
    }
  }

  // One after the other, so that the last thing said is the last thing saved.
  save(work, settled) {
    this.waiting += 1;
    this.saving = this.saving.then(async () => {
      this.note(t('saving …'));
      try {
        await this.insist(work);
        this.note(this.waiting > 1 ? t('saving …') : t('saved'));
      } catch (e) {
        this.note(t('not saved'));
        toast(e.message, true);
      }
      this.waiting -= 1;
      settled?.();
      if (!this.element.contains(document.activeElement) || !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName))
        this.draw(); // not under the fingers of somebody who writes
    });
    return this.saving;
  }

  note(text) {
    this.saved = text;
    const place = this.element.querySelector('.saved');
    if (place)
      place.textContent = text;
  }

  needsReason(id, mark, score) {
    const m = this.machine(id);
    return m?.state === 'scored' && (mark === 'not_applicable' || (mark === 'score' && Math.abs(score - m.score) > SAME + 1e-9));
  }

  mark(id, mark, score, more = {}) {
    const before = this.own(id);
    const body = {item: id, mark, score, remark: before?.remark, reason: before?.reason, clip: before?.clip, ...more};
    if (mark === 'none')
      body.reason = null;
    if (this.needsReason(id, mark, score) && !body.reason) {
      this.pending = {id, mark, score};
      this.draw();
      this.element.querySelector('.reason')?.focus();
      return;
    }
    if (!this.needsReason(id, mark, score))
      body.reason = null;
    if (mark === 'score')
      this.last = id;
    // nobody waits for the server: it is shown at once, and what could not be saved is taken back
    const mine = {mark, score, remark: body.remark, reason: body.reason};
    this.local[id] = mine;
    this.pending = null;
    if (!('remark' in more) && !('clip' in more) && mark !== 'none' && !this.half && id === this.ids[this.at])
      this.step(1, true);
    else
      this.draw();
    this.save((review) => post(`/api/reviews/${review}/item`, body), () => {
      if (this.local[id] === mine)
        delete this.local[id];
    });
  }

  // A digit is a score, 0 says that the item does not apply.
  digit(n) {
    const id = this.ids[this.at];
    if (!id || !reviewable(this.def(id).judged))
      return;
    if (n === 0) {
      this.mark(id, 'not_applicable');
      return;
    }
    if (n < this.form.scale_min || n > this.form.scale_max)
      return;
    this.mark(id, 'score', n);
  }

  // Of the item in hand, or of the one that was just scored and left.
  addHalf(way) {
    const here = this.ids[this.at];
    const id = here && (isMarked(this.own(here)) || !this.last) ? here : this.last;
    const own = this.own(id);
    const from = own?.mark === 'score' ? own.score : this.machine(id)?.score;
    if (!id || from === null || from === undefined)
      return;
    const rounded = Math.round(from / HALF) * HALF;
    this.half = true;
    this.mark(id, 'score', Math.max(this.form.scale_min, Math.min(this.form.scale_max, rounded + way * HALF)));
    this.half = false;
  }

  step(way, toOpen) {
    let i = this.at;
    if (toOpen) { // the next that is open, from the top again after the last
      const n = this.ids.length, found = this.ids.findIndex((_, k) => this.isOpen(this.ids[(i + 1 + k) % n]));
      i = found < 0 ? i : (i + 1 + found) % n;
    } else {
      i += way;
    }
    if (i >= 0 && i < this.ids.length)
      this.select(i);
  }

  select(i) {
    this.at = i;
    this.pending = null;
    this.draw();
  }

  // Take what was proposed, in steps that people use; elsewhere just go on.
  accept() {
    const id = this.ids[this.at], m = this.machine(id);
    if (m?.state === 'proposed' && !isMarked(this.own(id)))
      this.mark(id, 'score', Math.round(m.score / HALF) * HALF);
    else
      this.step(1, true);
  }

  focusRemark() {
    if (this.at < 0)
      this.step(1);
    this.element.querySelector('.remark')?.focus();
  }

  async submit(openNa) {
    await this.saving;
    try {
      if (!this.review)
        this.review = await post(`/api/calls/${this.call.id}/reviews`);
      this.review = await post(`/api/reviews/${this.review.id}/submit`, {open_na: openNa === true});
      toast(t('Submitted: {n}').replace('{n}', this.review.total === null ? '–' : number(this.review.total, 2)));
      this.done();
    } catch (e) {
      if (e.code === 'incomplete' && !openNa)
        this.askOpen();
      else
        toast(e.message, true);
    }
  }

  askOpen() {
    const open = this.openIds;
    const d = dialog(t('Some items have no score'),
      h('ul', {}, open.map((id) => h('li', {}, label(this.def(id).label, id)))),
      h('div', {class: 'row'},
        h('button', {class: 'main', onclick: () => { d.close(); this.select(this.ids.indexOf(open[0])); }}, t('Score them')),
        h('button', {onclick: () => { d.close(); this.submit(true); }}, t('They do not apply: submit'))));
  }

  askText(title, what, path, key, more) {
    const text = h('textarea', {rows: 4, maxlength: 600, required: true, 'aria-label': title});
    const d = dialog(title, h('form', {class: 'fields', onsubmit: async (e) => {
      e.preventDefault();
      try {
        this.review = await post(`/api/reviews/${this.review.id}/${path}`, {[key]: text.value, ...more?.()});
        d.close();
        this.finals = {};
        this.draw();
      } catch (error) {
        toast(error.message, true);
      }
    }}, h('p', {class: 'soft'}, what), text, h('button', {class: 'main', type: 'submit'}, title)));
    text.focus();
  }

  buttons(id) {
    const own = this.own(id), finals = this.finals;
    const now = this.resolves ? finals[id] : this.pending?.id === id ? this.pending : own;
    const press = (mark, score) => {
      if (this.resolves) {
        if (finals[id]?.mark === mark && finals[id]?.score === score)
          delete finals[id];
        else
          finals[id] = {item: id, mark, score};
        this.draw();
      } else {
        this.mark(id, now?.mark === mark && now?.score === score ? 'none' : mark, score);
      }
    };
    const one = (text, mark, score, title) => h('button', {
      title, 'aria-pressed': String(now?.mark === mark && (mark !== 'score' || Math.floor(now.score) === score)),
      onclick: () => press(mark, score)}, text);
    const scale = [];
    for (let n = this.form.scale_min; n <= this.form.scale_max; n++)
      scale.push(one(now?.mark === 'score' && Math.floor(now.score) === n ? number(now.score, now.score % 1 ? 1 : 0) : String(n), 'score', n));
    const m = this.machine(id);
    const hint = m?.state === 'proposed' && !isMarked(own) && !this.resolves && h('button', {class: 'quiet', onclick: () => this.accept()},
      t('Enter takes {n}').replace('{n}', number(Math.round(m.score / HALF) * HALF)));
    return h('div', {class: 'row'}, h('div', {class: 'group marks', role: 'group', 'aria-label': t('Score')}, scale,
      one(t('n/a'), 'not_applicable', undefined, '0')), hint);
  }

  // What is to be said of the chosen item beside its score.
  writing(id) {
    const own = this.own(id), parts = [];
    if (this.pending?.id === id || own?.reason) {
      parts.push(h('input', {class: 'reason', value: own?.reason ?? '', maxlength: 600, 'aria-label': t('Reason'),
        placeholder: t('Why not the measured score? Enter saves'), onkeydown: (e) => {
          const p = this.pending ?? own;
          if (e.key === 'Enter' && e.target.value.trim()) {
            e.preventDefault();
            this.mark(id, p.mark, p.score, {reason: e.target.value.trim()});
          }
        }}));
    }
    parts.push(h('textarea', {class: 'remark', rows: own?.remark ? 3 : 1, maxlength: 600, placeholder: t('Remark for the agent (r)'),
      'aria-label': t('Remark'), onchange: (e) => this.mark(id, own?.mark ?? 'none', own?.score ?? undefined, {remark: e.target.value.trim() || null})},
    own?.remark ?? ''));
    const span = this.span();
    parts.push(h('div', {class: 'row'}, own?.clip && h('button', {class: 'moment', onclick: () => this.play({start: own.clip[0], end: own.clip[1]})},
      `▸ ${clock(own.clip[0], 1)}–${clock(own.clip[1], 1)}`),
    h('button', {class: 'quiet', title: t('the selection, or the event that was played last'), onclick: () => {
      const s = this.span();
      if (s)
        this.mark(id, own?.mark ?? 'none', own?.score ?? undefined, {clip: [s.start, s.end]});
      else
        toast(t('Drag over the waveform to select what is to be kept.'));
    }}, span || !own?.clip ? t('Keep the selection as a clip') : '')));
    return parts;
  }

  item(id, i) {
    const m = this.machine(id), d = this.def(id), own = this.own(id), chosen = i === this.at;
    const machine = m && m.score !== null && m.score !== undefined;
    const final = own?.final_mark && own.final_mark !== 'none';
    const said = final ? (own.final_mark === 'score' ? scoreMark(own.final_score) : t('n/a'))
      : isMarked(own) ? (own.mark === 'score' ? scoreMark(own.score) : h('span', {class: 'state'}, t('n/a'))) : null;
    const result = h('span', {class: 'result'},
      machine && h('span', {class: said ? 'was' : '', title: t('measured')}, scoreMark(m.score)),
      said ?? (!machine && h('span', {class: `state ${this.isOpen(id) ? 'todo' : ''}`},
        reviewable(d.judged) ? t(states[m?.state] ?? 'open') : t('elsewhere'))));
    const row = h('div', {class: `item ${chosen ? 'at' : ''}`, 'data-id': id},
      h('button', {class: 'itemhead', 'aria-expanded': String(chosen), onclick: () => this.select(chosen ? -1 : i)},
        h('span', {class: 'grow'}, label(d.label, id), d.critical && h('span', {class: 'chip critical'}, t('critical')),
          own?.remark && ' ✎'), result));
    if (!chosen)
      return row;
    row.append(h('div', {class: 'itembody'}, (this.isDraft && reviewable(d.judged)) || this.resolves ? this.buttons(id) : '',
      this.isDraft && reviewable(d.judged) ? this.writing(id) : [own?.reason && h('p', {class: 'note'}, own.reason), own?.remark && h('p', {}, own.remark)],
      d.criteria && h('p', {class: 'soft'}, label(d.criteria)), m?.note && h('p', {class: 'note'}, m.note),
      m?.indicators.map((ind) => indicator(ind, d.indicators.find((x) => x.id === ind.id))), moments(m?.evidence, this.play),
      d.anchors && h('dl', {class: 'anchors'}, Object.entries(d.anchors).map(([n, text]) => [h('dt', {}, n), h('dd', {}, label(text))]))));
    return row;
  }

  head() {
    const r = this.review, done = r && r.total !== null, live = done && r.state === 'draft';
    return h('div', {class: 'total'},
      h('div', {class: 'grow'}, h('h2', {}, label(this.form?.title, this.card.rubric)),
        h('div', {class: 'soft'}, r ? `${r.reviewer} · ${live ? t('so far') : t(r.state)}` : t('measured'), ' · ',
          t('rests on {p} of the form').replace('{p}', percent(done ? r.coverage : this.card.coverage)))),
      live && this.card.total !== null && h('span', {class: 'soft', title: t('measured')}, scoreMark(this.card.total, this.card.coverage)),
      h('span', {class: 'grand', 'aria-live': 'polite'}, done ? scoreMark(r.total, r.coverage, true) : scoreMark(this.card.total, this.card.coverage, true)));
  }

  // Reviews of others, as far as they may be seen.
  chips() {
    const list = this.others.filter((r) => r.id !== this.review?.id);
    return list.length > 0 && h('div', {class: 'others'}, t('Reviews:'), list.map((r) => h('button', {
      class: 'quiet', disabled: r.hidden, onclick: () => this.show(r.id)},
    `${r.reviewer ?? t('somebody')} · ${t(r.state)}${r.total === null ? '' : ` · ${number(r.total)}`}`)));
  }

  disputeBox() {
    const r = this.review;
    return [r?.dispute && h('p', {class: 'warning'}, `${t('Disputed by')} ${r.disputed_by}: ${r.dispute}`),
            r?.resolution && h('p', {class: 'flag'}, `${t('Decided by')} ${r.resolved_by}: ${r.resolution}`)];
  }

  foot() {
    const r = this.review;
    if (this.isDraft) {
      const open = this.openIds.length;
      return h('div', {class: 'foot'},
        h('textarea', {rows: 1, maxlength: 600, class: 'whole', placeholder: t('Remark on the whole call'), 'aria-label': t('Remark on the whole call'),
          onchange: (e) => this.save((id) => post(`/api/reviews/${id}/remark`, {remark: e.target.value.trim() || null}))}, r?.remark ?? ''),
        h('div', {class: 'row'}, h('span', {class: 'soft grow'}, open ? t('{n} open').replace('{n}', open) : t('all scored'), ' · ',
          h('span', {class: 'saved', role: 'status'}, this.saved ?? '')),
        h('button', {class: 'main', title: 'Ctrl+Enter', onclick: () => this.submit()}, t('Submit and next'))));
    }
    return h('div', {class: 'foot row'}, r?.remark && h('span', {class: 'grow'}, r.remark), h('span', {class: 'grow'}),
      r?.state === 'submitted' && h('button', {onclick: () => this.askText(t('Dispute'),
        t('Say what is wrong with it; a third person decides.'), 'dispute', 'reason')}, t('Dispute')),
      this.resolves && h('button', {class: 'main', onclick: () => this.askText(t('Decide'),
        Object.keys(this.finals).length ? t('{n} items get the scores chosen here.').replace('{n}', Object.keys(this.finals).length)
          : t('The scores are upheld. (Choose others in the form to change them.)'),
        'resolve', 'resolution', () => ({finals: Object.values(this.finals)}))}, t('Decide')));
  }

  draw() {
    if (this.analysis.status === 'unscorable' || !this.card?.items) {
      this.element.replaceChildren(h('div', {class: 'total'}, h('h2', {}, t('cannot be judged'))),
        h('p', {class: 'empty'}, this.analysis.reason ?? t('This call has no form.')));
      return;
    }
    if (!this.form) {
      this.element.replaceChildren(this.head(), h('p', {class: 'empty'}, t('The form in this version is not installed.')));
      return;
    }
    const top = this.element.querySelector('.scroller')?.scrollTop ?? 0;
    const scroller = h('div', {class: 'scroller'}, this.chips(), this.disputeBox(), flags(this.analysis.flags, this.form, this.play),
      this.form.sections.map((s) => {
        const part = this.card.sections?.find((p) => p.id === s.id);
        return h('section', {class: 'formsection'}, h('h3', {}, h('span', {class: 'grow'}, label(s.label, s.id)),
          part && part.score !== null && part.score !== undefined && h('span', {class: 'soft'}, number(part.score))),
        this.ids.filter((id) => this.def(id).section === s.id).map((id) => this.item(id, this.ids.indexOf(id))));
      }));
    this.element.replaceChildren(this.head(), scroller, this.foot());
    scroller.scrollTop = top;
    if (this.at !== this.drawnAt)
      this.element.querySelector('.item.at')?.scrollIntoView({block: 'nearest'});
    this.drawnAt = this.at;
  }

  // True where the key was for the form.
  key(e) {
    if (!this.form)
      return false;
    switch (e.key) {
    case 'ArrowDown': case 'j': this.step(1); return true;
    case 'ArrowUp': case 'k': this.step(-1); return true;
    default:
    }
    if (!this.isDraft)
      return false;
    if (/^[0-9]$/.test(e.key)) {
      if (this.at < 0) // nothing is chosen: the first that is open is meant
        this.step(1, true);
      this.digit(Number(e.key));
      return true;
    }
    switch (e.key) {
    case '.': this.addHalf(1); return true;
    case ',': this.addHalf(-1); return true;
    case 'Enter': this.accept(); return true;
    case 'r': this.focusRemark(); return true;
    case 'Backspace': this.at >= 0 && this.mark(this.ids[this.at], 'none'); return true;
    default: return false;
    }
  }
}

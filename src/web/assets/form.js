// The form beside the player: what was measured, what it gives, and the moments it rests on.
import {flagName, measureName, partyName, eventName, t} from './lang.js';
import {clock, h, label, number, percent, scoreMark} from './ui.js';

const states = {open: 'open', proposed: 'proposed', not_applicable: 'not applicable'};
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

function item(card, def, play) {
  const scored = card.score !== null && card.score !== undefined;
  const head = h('summary', {},
    h('span', {class: 'grow'}, label(def?.label, card.id), def?.critical ? h('span', {class: 'chip critical'}, t('critical')) : ''),
    scored ? scoreMark(card.score)
      : h('span', {class: `state ${card.state}`}, t(states[card.state] ?? card.state)));
  return h('details', {class: 'item', open: scored && card.score < 3},
    head, def?.criteria && h('p', {class: 'soft'}, label(def.criteria)), card.note && h('p', {class: 'note'}, card.note),
    card.indicators.map((ind) => indicator(ind, def?.indicators.find((d) => d.id === ind.id))), moments(card.evidence, play),
    def?.anchors && h('dl', {class: 'anchors'}, Object.entries(def.anchors).map(([n, text]) => [h('dt', {}, n), h('dd', {}, label(text))])));
}

function flags(list, form, play) {
  return list.map((f) => h('div', {class: `flag ${f.severity}`},
    h('div', {class: 'row'}, h('b', {class: 'grow'}, label(form?.flags.find((d) => d.id === f.id)?.label, flagName(f.id))),
      h('span', {}, value(f.value, f.measure), h('span', {class: 'soft'}, ` / ${t('limit')} ${value(f.limit, f.measure)}`))),
    moments(f.evidence, play)));
}

export function formPane(analysis, form, play) {
  const card = analysis.scorecard;
  if (analysis.status === 'unscorable')
    return h('aside', {class: 'form'}, h('h2', {}, t('cannot be judged')), h('p', {}, analysis.reason));
  if (!card?.items)
    return h('aside', {class: 'form'}, h('p', {class: 'empty'}, t('This call has no form.')));
  const sections = form?.sections ?? [...new Set(card.items.map((i) => i.section))].map((id) => ({id}));
  return h('aside', {class: 'form', 'aria-label': t('Form')},
    h('div', {class: 'total'},
      h('div', {class: 'grow'}, h('h2', {}, label(form?.title, card.rubric)),
        h('div', {class: 'soft'}, t('rests on {p} of the form').replace('{p}', percent(card.coverage)))),
      scoreMark(card.total, card.coverage, true)),
    h('div', {class: 'scroller'}, flags(analysis.flags, form, play), sections.map((s) => {
      const part = card.sections?.find((p) => p.id === s.id);
      return h('section', {class: 'formsection'}, h('h3', {}, h('span', {class: 'grow'}, label(s.label, s.id)),
        part && part.score !== null && part.score !== undefined && h('span', {class: 'soft'}, number(part.score))),
      card.items.filter((i) => i.section === s.id).map((i) => item(i, form?.items.find((d) => d.id === i.id), play)));
    })));
}

// One figure over time: its mean with the 95 % interval as a band, drawn by uPlot; readable by keyboard and as a table.
import uPlot from './uplot.js';
import {locale, t} from './lang.js';
import {h} from './ui.js';

const HEIGHT = 150;
const SURE_Z = 2.576; // of six charts seen at once, one in sixteen would otherwise show a change that is none
const HALF = 1.96;

export const dayName = (iso, long) => new Intl.DateTimeFormat(locale(), {
  timeZone: 'UTC', month: long ? '2-digit' : 'numeric', day: long ? '2-digit' : 'numeric', year: long ? 'numeric' : undefined,
}).format(new Date(`${iso}T00:00:00Z`));

export const whole = (n) => new Intl.NumberFormat(locale()).format(n);

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const seconds = (iso) => Date.parse(`${iso}T00:00:00Z`) / 1000;

// Does the later half differ from the earlier one by more than chance? 1, -1, or 0; null: too little to tell.
export function trendOf(points) {
  const known = points.filter((p) => p.low !== null);
  if (known.length < 4)
    return null;
  const middle = Math.ceil(known.length / 2);
  const halves = [known.slice(0, middle), known.slice(middle)].map((half) => {
    const n = half.reduce((sum, p) => sum + p.n, 0);
    return {
      mean: half.reduce((sum, p) => sum + p.mean * p.n, 0) / n,
      variance: half.reduce((sum, p) => sum + ((p.n / n) * (p.high - p.low) / 2 / HALF) ** 2, 0),
    };
  });
  const change = halves[1].mean - halves[0].mean;
  const z = change / Math.sqrt(halves[0].variance + halves[1].variance || 1e-12);
  return {change, sure: Math.abs(z) > SURE_Z};
}

function trendText(trend, show) {
  if (!trend)
    return t('too few calls to tell a trend');
  if (!trend.sure)
    return t('no clear change');
  return t(trend.change > 0 ? 'rises by {n}' : 'falls by {n}').replace('{n}', show(Math.abs(trend.change)));
}

// {name, show(v), unit, minSpan, better: 1 | -1 | 0}, points [{from, to, n, mean, low, high}], the mean of all.
export function trendCard(figure, points, all, open) {
  const trend = trendOf(points);
  const good = trend?.sure && figure.better ? (Math.sign(trend.change) === figure.better ? 'good' : 'bad') : '';
  const readout = h('p', {class: 'readout', 'aria-live': 'polite'});
  const box = h('div', {class: 'plot', tabindex: 0, role: 'application',
                        'aria-label': `${figure.name}: ${t('← → choose a point, Enter opens its calls')}`});
  const spell = (p) => `${dayName(p.from, true)}${p.to === p.from ? '' : ` – ${dayName(p.to, true)}`}: ` +
    (p.mean === null ? t('no value') : `${figure.show(p.mean)}${p.low === null ? '' : ` (${figure.show(p.low)} – ${figure.show(p.high)})`}`) +
    `, ${t('{n} calls').replace('{n}', whole(p.n))}`;
  let plot = null, at = -1;
  const idle = () => { readout.textContent = trendText(trend, figure.show); readout.className = `readout ${good}`; };
  const tell = (i) => {
    at = i ?? -1;
    if (at < 0 || !points[at])
      idle();
    else {
      readout.textContent = spell(points[at]);
      readout.className = 'readout';
    }
  };
  const range = (_, min, max) => {
    const span = Math.max(max - min, figure.minSpan), middle = (min + max) / 2;
    const low = middle - span * 0.6;
    return [figure.floor !== undefined ? Math.max(figure.floor, low) : low, middle + span * 0.6];
  };
  function draw() {
    plot?.destroy();
    // a mean of a few calls is in the table, not on the line
    const shown = (key) => points.map((p) => p.low === null ? null : p[key]);
    const line = css('--accent'), soft = css('--soft'), grid = css('--line');
    const axis = {stroke: soft, grid: {stroke: grid, width: 1}, ticks: {show: false}, font: '11px system-ui, sans-serif'};
    plot = new uPlot({
      width: Math.max(box.clientWidth, 200), height: HEIGHT, legend: {show: false}, padding: [8, 16, 0, 0],
      cursor: {y: false, drag: {x: false, y: false}, points: {size: 8}},
      scales: {x: {time: true}, y: {range}},
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), 'Etc/UTC'),
      axes: [{...axis, size: 24, values: (_, ticks) => ticks.map((s) => dayName(new Date(s * 1e3).toISOString().slice(0, 10)))},
             {...axis, size: 46, values: (_, ticks) => ticks.map((v) => figure.tick ? figure.tick(v) : figure.show(v))}],
      series: [{},
        {stroke: 'transparent', points: {show: false}}, {stroke: 'transparent', points: {show: false}},
        {stroke: line, width: 2, points: {show: true, size: 5, fill: css('--panel'), stroke: line}},
        {stroke: soft, width: 1, dash: [4, 4], points: {show: false}}],
      bands: [{series: [2, 1], fill: css('--selection')}],
      hooks: {setCursor: [(u) => tell(u.cursor.idx)]},
    }, [points.map((p) => seconds(p.from)), shown('low'), shown('high'), shown('mean'), points.map(() => all.mean)], box);
    plot.over.addEventListener('click', () => { if (plot.cursor.idx !== null) open(points[plot.cursor.idx]); });
    plot.root.setAttribute('aria-hidden', 'true');
  }
  box.addEventListener('keydown', (e) => {
    const step = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity}[e.key];
    if (step !== undefined) {
      const i = Math.max(0, Math.min(points.length - 1, at < 0 && step < 0 ? points.length - 1 : at + step));
      plot.setCursor({left: plot.valToPos(seconds(points[i].from), 'x'), top: 10});
      tell(i);
    } else if (e.key === 'Enter' && at >= 0) {
      open(points[at]);
    } else {
      return;
    }
    e.preventDefault();
  });
  box.addEventListener('blur', idle);
  idle();
  const interval = all.low === null ? '' : `± ${figure.show((all.high - all.low) / 2)}`;
  const card = h('section', {class: 'card', 'data-figure': figure.field},
    h('div', {class: 'row'}, h('h2', {class: 'grow'}, figure.name),
      h('b', {class: 'big'}, all.mean === null ? '–' : figure.show(all.mean)), h('span', {class: 'soft'}, interval),
      h('span', {class: 'soft'}, t('{n} calls').replace('{n}', whole(all.n)))),
    box, readout);
  return {card, draw, destroy: () => plot?.destroy()};
}

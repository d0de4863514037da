// The talk under the waveform: who speaks when, and what happens, drawn for the stretch that is in view.
import {eventName, partyName, t} from './lang.js';
import {clock, h, number} from './ui.js';

const LANE = 14, GAP = 4, EVENTS = 20;
const LATE_S = 3; // as long_response in docs/measures.md
const HEIGHT = GAP + 2 * (LANE + GAP) + EVENTS + GAP;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Stretches in which both speak. Talkspurts come by their start.
function together(segments) {
  const found = [];
  const end = {agent: 0, customer: 0};
  for (const s of segments) {
    const until = Math.min(s.end, end[s.party === 'agent' ? 'customer' : 'agent']);
    if (until > s.start)
      found.push({start: s.start, end: until});
    end[s.party] = Math.max(end[s.party], s.end);
  }
  return found;
}

// Gaps between one party's turn and the other's answer, on the lane of who answers: an answer that comes at once has none.
const GAP_FROM_S = 0.2;
function gaps(analysis) {
  return (analysis.transitions ?? []).filter((x) => x.fto >= GAP_FROM_S && !x.with_hold)
    .map((x) => ({start: x.at - x.fto, end: x.at, by: x.to, late: x.fto >= LATE_S}));
}

export class Overlay {
  constructor(analysis, onseek) {
    this.a = analysis;
    this.gaps = gaps(analysis);
    this.both = together(analysis.segments);
    this.view = [0, analysis.recording.duration_s];
    this.now = 0;
    this.hidden = new Set();
    this.mutes = [];
    this.canvas = h('canvas', {class: 'overlay', height: HEIGHT, role: 'img', 'aria-label': t('Who speaks when, and events')});
    this.tip = h('div', {class: 'tip', hidden: true});
    this.element = h('div', {class: 'overlaybox'}, this.canvas, this.tip);
    this.canvas.addEventListener('click', (e) => onseek(this.timeAt(e.offsetX)));
    this.canvas.addEventListener('mousemove', (e) => this.explain(e));
    this.canvas.addEventListener('mouseleave', () => { this.tip.hidden = true; });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  destroy() {
    this.observer.disconnect();
  }

  setView(from, to) {
    this.view = [from, to];
    this.draw();
  }

  setMutes(mutes) {
    this.mutes = mutes;
    this.draw();
  }

  setNow(s) {
    this.now = s;
    this.draw();
  }

  timeAt(x) {
    return this.view[0] + x / this.canvas.clientWidth * (this.view[1] - this.view[0]);
  }

  x(s) {
    return (s - this.view[0]) / (this.view[1] - this.view[0]) * this.canvas.clientWidth;
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  bar(g, span, y, height, colour, least = 1) {
    const x0 = this.x(span.start), x1 = this.x(span.end);
    if (x1 < 0 || x0 > this.canvas.clientWidth)
      return;
    g.fillStyle = colour;
    g.fillRect(x0, y, Math.max(least, x1 - x0), height);
  }

  // A thin line with a foot where the answer begins.
  gap(g, s, y, colour) {
    const x0 = this.x(s.start), x1 = this.x(s.end);
    if (x1 < 0 || x0 > this.canvas.clientWidth || x1 - x0 < 2)
      return;
    g.fillStyle = colour;
    g.globalAlpha = 0.75;
    for (let x = x0; x < x1 - 1; x += 4)
      g.fillRect(x, y - 0.75, 2, 1.5);
    g.fillRect(x0, y - 3, 1, 6);
    g.globalAlpha = 1;
  }

  paint() {
    const width = this.element.clientWidth, ratio = devicePixelRatio || 1;
    if (!width)
      return;
    this.canvas.style.height = `${HEIGHT}px`;
    this.canvas.width = width * ratio;
    this.canvas.height = HEIGHT * ratio;
    const g = this.canvas.getContext('2d');
    g.scale(ratio, ratio);
    const agent = css('--agent'), customer = css('--customer'), danger = css('--danger');
    const lanes = {agent: GAP, customer: GAP * 2 + LANE};
    const y = GAP * 3 + LANE * 2;
    for (const s of this.a.segments)
      this.bar(g, s, lanes[s.party], LANE, s.party === 'agent' ? agent : customer);
    for (const s of this.gaps)
      this.gap(g, s, lanes[s.by] + LANE / 2, s.late ? danger : s.by === 'agent' ? agent : customer);
    for (const s of this.both)
      this.bar(g, s, GAP, LANE * 2 + GAP, css('--overlap'));
    for (const e of this.a.events) {
      if (!this.hidden.has(e.type))
        this.event(g, e, y, lanes, {agent, customer, danger});
    }
    for (const s of this.mutes) {
      this.bar(g, s, 0, HEIGHT, css('--selection'), 2);
      this.bar(g, s, HEIGHT / 2 - 1, 2, css('--text'), 2);
    }
    g.fillStyle = css('--cursor');
    g.fillRect(this.x(this.now) - 0.75, 0, 1.5, HEIGHT);
  }

  event(g, e, y, lanes, colours) {
    const x = this.x(e.start);
    switch (e.type) {
    case 'interruption': { // a flag on the lane of who cuts in: full where the floor was won
      this.bar(g, e, y + 8, 6, colours.danger, 3);
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x + 11, y + 5);
      g.lineTo(x, y + 10);
      g.closePath();
      g.lineWidth = 1.5;
      g.strokeStyle = g.fillStyle = colours.danger;
      if (e.outcome === 'took_floor')
        g.fill();
      g.stroke();
      break;
    }
    case 'backchannel': {
      g.beginPath();
      g.arc(this.x((e.start + e.end) / 2), lanes[e.by] + LANE / 2, 3, 0, 7);
      g.fillStyle = css('--panel');
      g.fill();
      break;
    }
    case 'dead_air':
      this.bar(g, e, y + 4, 10, css('--dead'), 2);
      break;
    case 'hold':
    case 'music':
    case 'announcement':
      this.bar(g, e, y + 4, 10, css('--hold'), 2);
      break;
    case 'tone':
      this.bar(g, e, y + 6, 6, css('--tone'), 2);
      break;
    case 'raised_voice':
      this.bar(g, e, lanes[e.by] - 3, 3, colours.danger, 2);
      break;
    case 'long_response':
      this.bar(g, e, y + 8, 3, css('--dead'), 2);
      break;
    default:
      this.bar(g, e, y + 15, 3, css('--line2'), 1);
    }
  }

  explain(event) {
    const s = this.timeAt(event.offsetX), slack = (this.view[1] - this.view[0]) / this.canvas.clientWidth * 5;
    const here = this.a.events.filter((e) => s >= e.start - slack && s <= e.end + slack)
      .map((e) => `${eventName(e.type)} ${partyName(e.by)} ${clock(e.start, 1)} (${number(e.end - e.start)} s)`);
    here.push(...this.gaps.filter((e) => s >= e.start && s <= e.end)
      .map((e) => t('{p} answers after {s} s').replace('{p}', partyName(e.by)).replace('{s}', number(e.end - e.start))));
    this.tip.replaceChildren(clock(s, 1), ...here.flatMap((text) => [h('br'), text]));
    this.tip.hidden = false;
    this.tip.style.left = `${Math.min(event.offsetX + 12, this.canvas.clientWidth - 220)}px`;
  }
}

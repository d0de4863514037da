// The measures of a call, each beside what is usual: 10th to 90th percentile of the agent's last calls and of the team's.
import {get} from './api.js';
import {measureName, t} from './lang.js';
import {h, number} from './ui.js';

const OF_CALL = ['duration_s', 'handling_s', 'talk_over_ratio', 'mutual_silence_s', 'dead_air_s', 'hold_s', 'fto_median_s', 'switches_per_min'];
const OF_PARTY = ['talk_ratio', 'interruptions', 'interruptions_per_min', 'interruption_cost_s', 'backchannels_per_min', 'response_latency_median_s',
                  'response_latency_p90_s', 'greeting_latency_s', 'longest_turn_s', 'articulation_rate_sps', 'pitch_median_hz', 'pitch_sd_st',
                  'level_asl_dbov', 'raised_voice_s'];
const FEW = 5; // calls; a range of less is none

function shown(name, v) {
  if (v === null || v === undefined)
    return '–';
  return /_ratio$/.test(name) ? `${number(v * 100)} %` : number(v, Number.isInteger(v) ? 0 : 2);
}

// A bar from the 10th to the 90th percentile, the median in it, and where this call lies.
function bar(name, v, range) {
  const box = h('td', {class: 'usual'});
  if (!range)
    return box;
  const [low, middle, high] = range;
  const from = Math.min(low, v ?? low), to = Math.max(high, v ?? high), place = (x) => to > from ? (x - from) / (to - from) * 100 : 50;
  const outside = v !== null && v !== undefined && (v < low || v > high);
  const text = `${shown(name, low)} – ${shown(name, high)}`;
  box.append(h('span', {class: 'bar', role: 'img', title: t('usually {r}, median {m}').replace('{r}', text).replace('{m}', shown(name, middle)),
                        'aria-label': `${text}${outside ? `, ${v < low ? t('less than usual') : t('more than usual')}` : ''}`},
    h('span', {class: 'range', style: {left: `${place(low)}%`, width: `${Math.max(place(high) - place(low), 2)}%`}}),
    h('span', {class: 'middle', style: {left: `${place(middle)}%`}}),
    v !== null && v !== undefined && h('span', {class: `here ${outside ? 'outside' : ''}`, style: {left: `${place(v)}%`}})),
  h('span', {class: 'soft'}, text));
  return box;
}

export class MeasuresPanel {
  constructor(id, metrics) {
    Object.assign(this, {id, metrics, ranges: null, party: 'agent'});
    this.box = h('div', {class: 'scroller'});
    this.element = h('details', {class: 'measures', ontoggle: () => this.element.open && this.load()}, h('summary', {title: 'm'}, t('Measures')), this.box);
    this.draw();
  }

  toggle() {
    this.element.open = !this.element.open;
    if (this.element.open)
      this.element.scrollIntoView({block: 'nearest'});
  }

  // What is usual is only asked for by who wants to see it.
  async load() {
    if (this.ranges)
      return;
    try {
      this.ranges = await get(`/api/calls/${this.id}/ranges`);
      this.draw();
    } catch {
      // without them the measures stand alone
    }
  }

  range(who, party, name) {
    const all = this.ranges?.[who];
    return all && all.calls >= FEW ? (party ? all[party]?.[name] : all[name]) : undefined;
  }

  draw() {
    const r = this.ranges, m = this.metrics, p = this.party;
    const row = (name, party) => {
      const v = party ? m[party]?.[name] : m[name];
      return h('tr', {}, h('td', {}, measureName(name)), h('td', {class: 'right'}, shown(name, v)),
        bar(name, v, this.range('agent', party, name)), bar(name, v, this.range('team', party, name)));
    };
    const head = (who, name) => h('th', {}, name, r?.[who] && h('span', {class: 'soft'}, ` ${r[who].of ?? t('all calls')} · ${r[who].calls >= FEW
      ? t('{n} calls').replace('{n}', r[who].calls) : t('too few calls')}`));
    const press = (party) => { this.party = party; this.draw(); };
    this.box.replaceChildren(h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, h('th', {}, t('Call')), h('th', {}), head('agent', t('usual of the agent')), head('team', t('usual of the team')))),
      h('tbody', {}, OF_CALL.map((n) => row(n))),
      h('thead', {}, h('tr', {}, h('th', {colspan: 4}, h('div', {class: 'group', role: 'group', 'aria-label': t('Whose measures')},
        ['agent', 'customer'].map((w) => h('button', {'aria-pressed': String(w === p), onclick: () => press(w)}, w === 'agent' ? t('Agent') : t('Customer'))))))),
      h('tbody', {}, OF_PARTY.map((n) => row(n, p)))));
  }
}

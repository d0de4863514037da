// The sound: waveform, transport, one party alone, silence skipped, a stretch in a loop.
import WaveSurfer from './wavesurfer.js';
import Regions from './regions.js';
import Timeline from './timeline.js';
import Hover from './hover.js';
import Minimap from './minimap.js';
import {peaks as loadPeaks} from './api.js';
import {t} from './lang.js';
import {Overlay} from './overlay.js';
import {clock, h, toast} from './ui.js';

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const SKIP_FROM_S = 1.0; // silence shorter than this belongs to talking
const LONG_S = 3600; // the timeline counts in minutes from here on: there is no room for more
const SKIP_EDGE_S = 0.25;
const MUTE_EARLY_S = 0.05; // three frames of the screen: a digit's first sound is not heard either

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Stretches in which nobody speaks, out of the talkspurts.
function silences(analysis) {
  const found = [];
  let end = 0;
  for (const s of analysis.segments) {
    if (s.start - end > SKIP_FROM_S)
      found.push({start: end, end: s.start});
    end = Math.max(end, s.end);
  }
  if (analysis.recording.duration_s - end > SKIP_FROM_S)
    found.push({start: end, end: analysis.recording.duration_s});
  return found;
}

export class Player {
  constructor(id, analysis) {
    this.id = id;
    this.duration = analysis.recording.duration_s;
    this.silences = silences(analysis);
    this.speed = Number(localStorage.getItem('speed')) || 1;
    this.skip = localStorage.getItem('skip') === '1';
    this.solo = null;
    this.loop = false;
    this.region = null;
    this.mutes = []; // what is not to be heard, and goes into no clip
    this.audio = h('audio', {preload: 'auto', src: `/api/calls/${id}/audio.wav?agent=${analysis.parties?.agent?.channel ?? 0}`});
    this.audio.preservesPitch = true;
    this.audio.addEventListener('error', () => toast(t('The recording cannot be played: is the file still there?'), true));
    this.wave = h('div', {class: 'wave', role: 'img', 'aria-label': t('Waveform: the agent above, the customer below')});
    this.overlay = new Overlay(analysis, (s) => this.seek(s));
    this.controls = h('div', {class: 'transport', role: 'toolbar', 'aria-label': t('Listening')});
    this.element = h('section', {class: 'player'},
      h('div', {class: 'lanes'},
        h('div', {class: 'lanenames'}, h('span', {class: 'agent'}, t('Agent')),
          analysis.diarized ? '' : h('span', {class: 'customer'}, t('Customer'))), this.wave), this.overlay.element, this.controls);
    this.two = !analysis.diarized;
    this.time = h('span', {class: 'time'});
    this.drawControls();
    this.tick = this.tick.bind(this);
    this.recolour = () => { this.ws?.setOptions(this.colours()); this.overlay.draw(); };
    addEventListener('themechange', this.recolour);
    this.frame = requestAnimationFrame(this.tick);
  }

  colours() {
    const channels = [{waveColor: css('--agent'), progressColor: css('--agent-played')},
                      {waveColor: css('--customer'), progressColor: css('--customer-played')}];
    return {cursorColor: css('--cursor'), waveColor: css('--agent'), progressColor: css('--agent-played'),
            splitChannels: this.two ? channels : undefined};
  }

  async load() {
    const peaks = await loadPeaks(this.id);
    if (this.gone)
      return;
    const nonce = document.querySelector('meta[name="csp-nonce"]').content;
    this.regions = Regions.create();
    this.ws = WaveSurfer.create({
      container: this.wave, media: this.audio, peaks, duration: this.duration, height: this.two ? 58 : 116,
      normalize: true, cursorWidth: 1.5, minPxPerSec: 0, autoScroll: true, autoCenter: true,
      dragToSeek: false, cspNonce: nonce, ...this.colours(),
      plugins: [this.regions, Timeline.create({height: 16, formatTimeCallback: (s) => this.duration >= LONG_S && s % 60 === 0 ? `${s / 60}′` : clock(s), secondaryLabelOpacity: 1, style: {fontSize: '10px', color: css('--soft')}}),
                Hover.create({lineColor: css('--cursor'), lineWidth: 1, labelSize: '11px',
                              formatTimeCallback: (s) => clock(s, 1)})],
    });
    this.regions.enableDragSelection({color: css('--selection')}, 5);
    this.regions.on('region-created', (r) => {
      if (this.region && this.region !== r)
        this.region.remove();
      this.region = r;
    });
    this.ws.on('ready', () => this.onready?.());
    this.ws.on('scroll', (from, to) => this.overlay.setView(from, Math.min(to, this.duration)));
    this.ws.on('zoom', () => this.toggleMinimap());
    this.ws.on('redraw', () => { if (!this.zoom) this.overlay.setView(0, this.duration); });
  }

  // A map of the whole is of use only while a part is shown.
  toggleMinimap() {
    const wanted = this.zoom > 0;
    if (wanted && !this.minimap) {
      this.minimap = Minimap.create({height: 22, waveColor: css('--line2'), progressColor: css('--soft'),
                                     insertPosition: 'beforebegin', cspNonce: this.ws.options.cspNonce});
      this.ws.registerPlugin(this.minimap);
    } else if (!wanted && this.minimap) {
      this.minimap.destroy();
      this.minimap = null;
    }
  }

  destroy() {
    this.gone = true;
    cancelAnimationFrame(this.frame);
    removeEventListener('themechange', this.recolour);
    this.overlay.destroy();
    this.audio.pause();
    this.ws?.destroy();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.graph?.context.close();
  }

  get now() {
    return this.audio.currentTime;
  }

  seek(s) {
    this.audio.currentTime = Math.max(0, Math.min(this.duration - 0.05, s));
  }

  play() {
    this.graph?.context.resume();
    return this.audio.play().catch(() => {});
  }

  toggle() {
    if (this.audio.paused)
      this.play();
    else
      this.audio.pause();
  }

  // Loop within the selection, or within what was last played as an event.
  span() {
    return this.region ? {start: this.region.start, end: this.region.end} : this.event;
  }

  playEvent(event, lead_s) {
    this.event = {start: Math.max(0, event.start - lead_s), end: Math.min(this.duration, event.end + lead_s)};
    this.seek(this.event.start);
    this.play();
  }

  tick() {
    const s = this.now;
    const muted = this.mutes.some((m) => s >= m.start - MUTE_EARLY_S * this.speed && s < m.end);
    if (this.audio.muted !== muted)
      this.audio.muted = muted;
    if (!this.audio.paused) {
      const span = this.loop && this.span();
      if (span && (s >= span.end || s < span.start - 0.5))
        this.seek(span.start);
      else if (this.skip) {
        const gap = this.silences.find((g) => s >= g.start + SKIP_EDGE_S && s < g.end - SKIP_EDGE_S);
        if (gap && gap.end < this.duration)
          this.seek(gap.end - SKIP_EDGE_S);
      }
    }
    if (s !== this.drawn_s || this.audio.paused !== this.drawn_paused) {
      this.drawn_s = s;
      this.drawn_paused = this.audio.paused;
      this.time.textContent = `${clock(s, 1)} / ${clock(this.duration)}`;
      this.playButton.textContent = this.audio.paused ? '▶' : '❚❚';
      this.playButton.setAttribute('aria-label', this.audio.paused ? t('Play') : t('Pause'));
      this.overlay.setNow(s);
    }
    this.frame = requestAnimationFrame(this.tick);
  }

  // The parties are the two channels of what is played; one alone is heard on both ears.
  setSolo(party) {
    this.solo = party;
    if (!this.graph && party) {
      const context = new AudioContext();
      const source = context.createMediaElementSource(this.audio);
      const splitter = context.createChannelSplitter(2), merger = context.createChannelMerger(2);
      const gain = {};
      source.connect(splitter);
      for (const [from, name] of ['agent', 'customer'].entries()) {
        for (const to of [0, 1]) {
          gain[`${name}${to}`] = context.createGain();
          splitter.connect(gain[`${name}${to}`], from);
          gain[`${name}${to}`].connect(merger, 0, to);
        }
      }
      merger.connect(context.destination);
      this.graph = {context, gain};
    }
    if (this.graph) {
      const own = {agent: 0, customer: 1};
      for (const name of ['agent', 'customer']) {
        for (const to of [0, 1])
          this.graph.gain[`${name}${to}`].gain.value = party ? Number(party === name) : Number(own[name] === to);
      }
      this.graph.context.resume();
    }
    this.drawControls();
  }

  setSpeed(v) {
    this.speed = v;
    localStorage.setItem('speed', v);
    this.drawControls();
  }

  stepSpeed(way) {
    const i = SPEEDS.findIndex((v) => v >= this.speed);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, i + way))]);
  }

  setSkip(on) {
    this.skip = on;
    localStorage.setItem('skip', on ? '1' : '0');
    this.drawControls();
  }

  // What is selected is silent from now on, in what is played and what is exported; chosen again, it is heard again.
  toggleMute() {
    if (!this.region) {
      toast(t('Drag over the waveform to select what is to be muted.'));
      return;
    }
    const {start, end} = this.region, left = this.mutes.filter((m) => m.end <= start || m.start >= end);
    this.mutes = left.length < this.mutes.length ? left : [...left, {start, end}].sort((a, b) => a.start - b.start);
    this.overlay.setMutes(this.mutes);
    toast(left.length === this.mutes.length ? t('It is heard again.') : t('Muted, here and in exports.'));
  }

  setLoop(on) {
    this.loop = on;
    this.drawControls();
    if (on && !this.span())
      toast(t('Drag over the waveform to select what is to be looped.'));
  }

  setZoom(pxPerS) {
    const fit = this.wave.clientWidth / this.duration;
    this.zoom = pxPerS > fit * 1.05 ? Math.min(pxPerS, 400) : 0;
    this.ws?.zoom(this.zoom);
    this.drawControls();
  }

  stepZoom(way) {
    this.setZoom((this.zoom || this.wave.clientWidth / this.duration) * (way > 0 ? 2 : 0.5));
  }

  drawControls() {
    const toggle = (text, title, on, press) => h('button', {class: 'toggle', title, 'aria-pressed': String(on), onclick: press}, text);
    this.audio.playbackRate = this.speed;
    this.playButton = h('button', {class: 'play', 'aria-label': t('Play'), title: t('Space'), onclick: () => this.toggle()},
      this.audio.paused ? '▶' : '❚❚');
    this.controls.replaceChildren(
      h('button', {class: 'quiet', title: 'p', 'aria-label': t('Previous event'), onclick: () => this.onstep?.(-1)}, '|◂'),
      this.playButton,
      h('button', {class: 'quiet', title: 'n', 'aria-label': t('Next event'), onclick: () => this.onstep?.(1)}, '▸|'),
      this.time,
      h('select', {'aria-label': t('Speed'), title: '[ ]', onchange: (e) => this.setSpeed(Number(e.target.value))},
        SPEEDS.map((v) => h('option', {value: v, selected: v === this.speed}, `${v}×`))),
      this.two && h('div', {class: 'group', role: 'group', 'aria-label': t('Who is heard')},
        toggle(t('Both'), 'b', !this.solo, () => this.setSolo(null)),
        toggle(t('Agent'), 'a', this.solo === 'agent', () => this.setSolo('agent')),
        toggle(t('Customer'), 'c', this.solo === 'customer', () => this.setSolo('customer'))),
      toggle(t('Skip silence'), 's', this.skip, () => this.setSkip(!this.skip)),
      toggle(t('Loop'), 'l', this.loop, () => this.setLoop(!this.loop)),
      this.onswap && h('button', {title: `${t('Exchange agent and customer')} (x)`, 'aria-label': t('Exchange agent and customer'), onclick: () => this.onswap()}, '⇅'),
      h('div', {class: 'group', role: 'group', 'aria-label': t('Selection')},
        this.onkeep && h('button', {title: 'e', onclick: () => this.onkeep()}, t('Example')),
        this.onsave && h('button', {title: 'w', onclick: () => this.onsave()}, t('Export')),
        h('button', {title: 'M', onclick: () => this.toggleMute()}, t('Mute'))),
      h('span', {class: 'grow'}),
      h('div', {class: 'group zoom', role: 'group', 'aria-label': t('Zoom')},
        h('button', {'aria-label': t('Zoom out'), title: '−', onclick: () => this.stepZoom(-1)}, '−'),
        h('button', {'aria-label': t('Fit'), title: 'f', onclick: () => this.setZoom(0)}, t('Fit')),
        h('button', {'aria-label': t('Zoom in'), title: '+', onclick: () => this.stepZoom(1)}, '+')));
  }

  // True where the key was for the player.
  key(e) {
    const far = e.shiftKey ? 10 : 2;
    switch (e.key) {
    case ' ': this.toggle(); break;
    case 'ArrowLeft': this.seek(this.now - far); break;
    case 'ArrowRight': this.seek(this.now + far); break;
    case 'n': this.onstep?.(1); break;
    case 'p': this.onstep?.(-1); break;
    case '[': this.stepSpeed(-1); break;
    case ']': this.stepSpeed(1); break;
    case 'a': this.two && this.setSolo(this.solo === 'agent' ? null : 'agent'); break;
    case 'c': this.two && this.setSolo(this.solo === 'customer' ? null : 'customer'); break;
    case 'A': this.two && this.setSolo(this.solo === 'customer' ? null : 'customer'); break; // the agent muted
    case 'C': this.two && this.setSolo(this.solo === 'agent' ? null : 'agent'); break;
    case 'b': this.two && this.setSolo(null); break;
    case 's': this.setSkip(!this.skip); break;
    case 'M': this.toggleMute(); break;
    case 'l': this.setLoop(!this.loop); break;
    case '+': case '=': this.stepZoom(1); break;
    case '-': this.stepZoom(-1); break;
    case 'f': this.setZoom(0); break;
    default: return false;
    }
    return true;
  }
}

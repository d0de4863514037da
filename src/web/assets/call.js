// One call: hear it, see it, judge it.
import {get, post} from './api.js';
import {flagName, t} from './lang.js';
import {clock, dialog, h, isWriting, label, number, toast, when} from './ui.js';
import {EventList, LEAD_S} from './events.js';
import {FormPane} from './form.js';
import {askExample, askExport, mayTrain} from './clip.js';
import {MeasuresPanel} from './measures.js';
import {Player} from './player.js';

// Business data of the contact: what side-cars and imports told.
const RECORD = {matter: 'Matter', reason: 'Reason of the contact', ticket: 'Ticket', order_number: 'Order', priority: 'Priority',
                responded_at: 'Responded', progressed_at: 'Progress', promise: 'Promise', promised_at: 'Promised by',
                resolution: 'Resolution', resolved_at: 'Resolved', wait_s: 'Waited (s)', after_call_s: 'Work after the call (s)',
                csat: 'Rating (of 5)', nps: 'Recommends (of 10)'};

function recordOf(r) {
  const known = r ? Object.keys(RECORD).filter((k) => r[k] !== undefined) : [];
  const text = (k) => k === 'priority' ? t(r[k]) : k.endsWith('_at') ? when(r[k]) : String(r[k]);
  return known.length > 0 && h('details', {class: 'measures record', open: ''}, h('summary', {}, t('Record')),
    h('div', {class: 'scroller'}, h('table', {class: 'list'}, h('tbody', {}, known.map((k) => h('tr', {}, h('td', {}, t(RECORD[k])),
      h('td', {}, text(k))))))));
}

// The calls before and after in the list that this one was opened from.
function neighbours(id) {
  let list = null;
  try {
    list = JSON.parse(sessionStorage.getItem('calls'));
  } catch {
    // a list of an older page
  }
  const i = list?.ids.indexOf(id) ?? -1;
  return {before: list?.ids[i - 1], after: i >= 0 ? list.ids[i + 1] : undefined, i, n: list?.ids.length ?? 0,
          back: list?.query ? `/calls?${list.query}` : '/calls'};
}

function headOf(call, near) {
  const a = call.analysis, info = a.call, name = a.recording.path ?? '';
  const facts = [info.agent, info.queue, info.customer, when(info.started_at), clock(a.recording.duration_s)].filter(Boolean);
  const to = (id, text, title) => h('a', {class: `button ${id ? '' : 'off'}`, href: id ? `/call/${id}` : '#', title,
                                          'aria-label': title, 'aria-disabled': id ? undefined : 'true'}, text);
  return h('div', {class: 'callhead'},
    h('a', {class: 'button', href: near.back, title: 'Esc'}, '‹ ' + t('Calls')),
    h('h1', {title: name}, name), h('span', {class: 'facts soft'}, facts.join(' · ')),
    h('span', {class: 'chips'}, a.flags.map((f) => h('span', {class: `chip ${f.severity}`},
      label(call.form?.flags.find((d) => d.id === f.id)?.label, flagName(f.id))))),
    h('span', {class: 'grow'}), near.i >= 0 && h('span', {class: 'soft nowrap'}, `${near.i + 1} / ${near.n}`),
    to(near.before, '‹', t('Previous call')), to(near.after, '›', t('Next call')));
}

// The channels were the wrong way round: what was found of one party is the other's, and is scored anew at once.
function askSwap(call, again) {
  const d = dialog(t('Exchange agent and customer'),
    h('p', {}, t('Everything that was found of the agent becomes the customer\'s, and the call is scored anew. Drafts follow; submitted reviews stay as they are.')),
    h('div', {class: 'row'}, h('button', {class: 'main', onclick: async () => {
      try {
        const before = call.analysis.scorecard?.total;
        await post(`/api/calls/${call.id}/swap`);
        d.close();
        const now = await again();
        toast(t('Exchanged: {a} → {b}').replace('{a}', number(before, 2) || '–').replace('{b}', number(now?.analysis.scorecard?.total, 2) || '–'));
      } catch (e) {
        toast(e.message, true);
      }
    }}, t('Exchange and score')), h('button', {onclick: () => d.close()}, t('Leave it'))));
}

function warnings(a) {
  const found = [];
  if (a.recording.truncated)
    found.push(t('The file breaks off before its end.'));
  if (a.recording.swapped_suspect)
    found.push(t('Agent and customer may be exchanged: tones or music lie on the customer\'s side.'));
  if (a.diarized)
    found.push(t('Both parties are on one channel: who speaks was told by their voices.'));
  return found.map((text) => h('p', {class: 'warning'}, text));
}

export async function showCall(main, {id, go, user, show}) {
  const call = await get(`/api/calls/${id}`);
  const a = call.analysis, near = neighbours(id);
  const player = new Player(id, a);
  const measures = new MeasuresPanel(id, a.metrics);
  const moment = (then) => {
    const span = player.span();
    if (span)
      then(span);
    else
      toast(t('Drag over the waveform to select what is to be kept.'));
  };
  const mayKeep = mayTrain(user) && call.form;
  const keep = () => moment((span) => askExample({call, form: call.form, span, item: pane.ids[pane.at] ?? pane.ids[0]}));
  const save = () => moment((span) => askExport({call, span, mutes: player.mutes}));
  const maySwap = user.role !== 'agent';
  const swap = () => askSwap(call, async () => { await pane.saving; await show(); return get(`/api/calls/${id}`); });
  const play = (e) => player.playEvent(e, LEAD_S);
  const events = new EventList(a.events, (e) => { play(e); mark(e.start); });
  const pane = new FormPane({call, user, play, span: () => player.span(),
                             done: () => go(near.after ? `/call/${near.after}` : near.back)});
  const filterOverlay = () => {
    player.overlay.hidden = new Set(events.all.filter((e) => events.hidden.has(e.kind)).map((e) => e.type));
    player.overlay.draw();
  };
  function mark(s) { // in the address, to be sent to somebody
    history.replaceState(null, '', `${location.pathname}#t=${Math.round(s * 10) / 10}`);
  }
  const fromAddress = () => {
    const found = location.hash.match(/^#t=(\d+(?:\.\d+)?)$/);
    if (found)
      player.seek(Number(found[1]));
  };
  events.onfilter = filterOverlay;
  player.onswap = maySwap ? swap : null;
  player.onkeep = mayKeep ? keep : null;
  player.onsave = maySwap ? save : null;
  player.drawControls();
  player.onstep = (way) => events.step(way, player.now);
  window.player = player; // for tests, and for whoever looks under the hood
  document.title = `${a.recording.path ?? id} - callqa`;
  main.replaceChildren(h('div', {class: 'callpage'}, headOf(call, near),
    h('div', {class: 'left'}, warnings(a), player.element, events.element, recordOf(a.record), measures.element), pane.element));
  filterOverlay();
  if (player.audio.readyState)
    fromAddress();
  else
    player.audio.addEventListener('loadedmetadata', fromAddress, {once: true});
  player.load().catch((e) => toast(e.message, true));
  pane.load().catch((e) => toast(e.message, true));

  function onKey(e) {
    if (e.ctrlKey && e.key === 'Enter' && pane.isDraft && !document.querySelector('dialog[open]')) {
      e.preventDefault();
      document.activeElement?.blur?.(); // what is being written is saved first
      pane.submit();
      return;
    }
    if (e.key === 'Escape' && isWriting(e)) {
      e.target.blur();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]') || isWriting(e))
      return;
    if (e.target.closest('button, summary, a') && (e.key === ' ' || e.key === 'Enter'))
      return;
    if (e.key === 'Escape')
      go(near.back);
    else if (e.key === '>' && near.after)
      go(`/call/${near.after}`);
    else if (e.key === '<' && near.before)
      go(`/call/${near.before}`);
    else if (e.key === 'm')
      measures.toggle();
    else if (e.key === 'e' && mayKeep)
      keep();
    else if (e.key === 'w' && maySwap)
      save();
    else if (e.key === 'x' && maySwap)
      swap();
    else if (!pane.key(e) && !player.key(e))
      return;
    e.preventDefault();
  }
  const beforeUnload = (e) => pane.waiting > 0 && e.preventDefault(); // something is on its way still
  document.addEventListener('keydown', onKey);
  addEventListener('hashchange', fromAddress);
  addEventListener('beforeunload', beforeUnload);
  return () => {
    pane.saving.then(() => removeEventListener('beforeunload', beforeUnload));
    document.removeEventListener('keydown', onKey);
    removeEventListener('hashchange', fromAddress);
    player.destroy();
  };
}

// A moment of a call: kept as an example, or saved as a file, with what must not leave the house taken out.
import {post} from './api.js';
import {t} from './lang.js';
import {clock, dialog, h, label, toast} from './ui.js';

const BAD_BELOW = 3; // a score under the middle of the scale shows how it should not be done

export const mayTrain = (user) => ['admin', 'lead', 'trainer'].includes(user.role);

// disguise=1&mute=66-68.5: what the server takes out.
export function privacy(disguise, mutes) {
  const q = new URLSearchParams();
  if (disguise)
    q.set('disguise', '1');
  for (const m of mutes)
    q.append('mute', `${m.start.toFixed(2)}-${m.end.toFixed(2)}`);
  return q;
}

// "66-68.5 1:10-1:12" to intervals; null where it is none.
export function readMutes(text) {
  const seconds = (s) => s.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const found = text.split(/[\s,;]+/).filter(Boolean).map((m) => m.split('-').map(seconds));
  return found.every((m) => m.length === 2 && m[1] > m[0] && m[0] >= 0) ? found.map(([start, end]) => ({start, end})) : null;
}

export const showMutes = (mutes) => mutes.map((m) => `${m.start.toFixed(1)}-${m.end.toFixed(1)}`).join(' ');

const seconds = (name, value, max) => h('input', {type: 'number', name, value: value.toFixed(1), min: 0, max, step: 0.1, required: true, 'aria-label': name});

export function askExample({call, form, span, item, done}) {
  const a = call.analysis, items = form.items.filter((d) => !d.off_for_calls);
  const isBad = (id) => (a.scorecard.items.find((i) => i.id === id)?.score ?? BAD_BELOW) < BAD_BELOW;
  const max = a.recording.duration_s;
  const radio = (value, text, on) => h('label', {class: 'inline'}, h('input', {type: 'radio', name: 'good', value, checked: on}), text);
  const bad = isBad(item);
  const d = dialog(t('Save as an example'), h('form', {class: 'fields', onsubmit: async (e) => {
    e.preventDefault();
    const f = new FormData(e.target);
    try {
      const {id} = await post('/api/examples', {call: call.id, from: Number(f.get('from')), to: Number(f.get('to')), item: f.get('item'),
        title: f.get('title'), why: f.get('why') || null, good: f.get('good') === '1', keep: f.get('keep') === 'on'});
      d.close();
      toast(t('Example {n} is in the library').replace('{n}', id));
      done?.(id);
    } catch (error) {
      toast(error.message, true);
    }
  }},
  h('label', {}, t('Title')), h('input', {name: 'title', required: true, maxlength: 300, 'aria-label': t('Title')}),
  h('label', {}, t('What is to be heard in it')), h('textarea', {name: 'why', rows: 2, maxlength: 1200, 'aria-label': t('What is to be heard in it')}),
  h('label', {}, t('Item of the form')), h('select', {name: 'item', 'aria-label': t('Item of the form'),
    onchange: (e) => { d.querySelector(`[name=good][value="${isBad(e.target.value) ? 0 : 1}"]`).checked = true; }},
    items.map((i) => h('option', {value: i.id, selected: i.id === item}, label(i.label, i.id)))),
  h('div', {class: 'row'}, radio('1', t('how it should be done'), !bad), radio('0', t('how it should not'), bad)),
  h('div', {class: 'row'}, t('from'), seconds('from', span.start, max), t('to'), seconds('to', Math.min(span.end, max), max), 's'),
  h('label', {class: 'inline'}, h('input', {type: 'checkbox', name: 'keep'}), t('keep the call beyond its retention')),
  h('button', {class: 'main', type: 'submit'}, t('Save'))));
  d.querySelector('[name=title]').focus();
}

export function askExport({call, span, mutes}) {
  const q = () => {
    const found = readMutes(field.value);
    const all = privacy(disguise.checked, found ?? []);
    all.set('from', span.start.toFixed(2));
    all.set('to', span.end.toFixed(2));
    return found && all;
  };
  const disguise = h('input', {type: 'checkbox', checked: true, onchange: () => refresh()});
  const field = h('input', {value: showMutes(mutes), placeholder: '66-68.5 1:10-1:12', 'aria-label': t('Mute'), onchange: () => refresh()});
  const sound = h('audio', {controls: true, preload: 'none', 'aria-label': t('As it will be heard')});
  const link = h('a', {class: 'button main', download: ''}, t('Save the file'));
  function refresh() {
    const found = q();
    field.setAttribute('aria-invalid', String(!found));
    link.classList.toggle('off', !found);
    if (!found)
      return;
    sound.src = `/api/calls/${call.id}/clip.wav?${found}`;
    link.href = `${sound.src}&download=1`;
  }
  refresh();
  dialog(t('Export the selection'), h('div', {class: 'fields'},
    h('p', {class: 'soft'}, `${clock(span.start, 1)} – ${clock(span.end, 1)}`),
    h('label', {class: 'inline'}, disguise, t('make the customer\'s voice another')),
    h('label', {}, t('Mute, in seconds of the call')), field, sound, h('div', {class: 'row'}, link)));
  disguise.focus();
}

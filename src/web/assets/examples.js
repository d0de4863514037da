// The trainers' library: examples by item, heard one by one or as a playlist.
import {get, post, remove} from './api.js';
import {mayTrain, privacy, readMutes} from './clip.js';
import {t} from './lang.js';
import {clock, dialog, h, isWriting, label, scoreMark, toast} from './ui.js';

class Library {
  constructor(user, examples, playlists) {
    Object.assign(this, {all: examples, playlists, write: mayTrain(user), at: -1, list: null, item: '', good: '', disguise: false, mutes: ''});
    this.audio = h('audio', {controls: true, preload: 'none', 'aria-label': t('Example')});
    this.audio.addEventListener('ended', () => this.list !== null && this.step(1, true));
    this.audio.addEventListener('error', () => this.audio.getAttribute('src') && toast(t('The recording cannot be played: is the file still there?'), true));
    this.head = h('div', {class: 'filters'});
    this.now = h('div', {class: 'now', role: 'status'});
    this.body = h('tbody', {});
    this.side = h('aside', {class: 'playlists', 'aria-label': t('Playlists')});
    this.element = h('div', {class: 'librarypage'}, h('div', {class: 'librarymain'}, this.head, h('div', {class: 'row nowrow'}, this.audio, this.now),
      h('div', {class: 'scroller', tabindex: 0}, h('table', {class: 'list calls'},
        h('thead', {}, h('tr', {}, ['', 'Title', 'Item', 'Length', 'Score', 'Agent', ''].map((c) => h('th', {}, c && t(c))))), this.body))), this.side);
    this.draw();
  }

  get rows() {
    if (this.list !== null)
      return this.playlists.find((p) => p.name === this.list)?.examples.map((id) => this.all.find((e) => e.id === id)).filter(Boolean) ?? [];
    return this.all.filter((e) => (!this.item || e.item === this.item) && (this.good === '' || e.good === (this.good === '1')));
  }

  // What is to be taken out, as of now; an interval counts in the time of the example's call.
  source(e, save) {
    const q = privacy(this.disguise, readMutes(this.mutes) ?? []);
    if (save)
      q.set('download', '1');
    return `/api/examples/${e.id}/audio.wav?${q}`;
  }

  play(i) {
    const e = this.rows[i];
    if (!e)
      return;
    this.at = i;
    this.audio.src = this.source(e);
    this.audio.play().catch(() => {});
    this.now.replaceChildren(h('b', {}, e.title), ' ', h('span', {class: `chip ${e.good ? 'good' : 'warning'}`}, e.good ? t('good') : t('bad')), ' ',
      h('span', {class: 'soft'}, label(e.label, e.item)), e.why ? h('div', {}, e.why) : '');
    this.drawRows();
  }

  step(way, playing) {
    const i = this.at + way;
    if (i < 0 || i >= this.rows.length)
      return;
    if (playing || !this.audio.paused) {
      this.play(i);
      return;
    }
    this.at = i;
    this.drawRows();
  }

  toggle() {
    const e = this.rows[this.at < 0 ? 0 : this.at];
    if (!e)
      return;
    if (this.at < 0 || !this.audio.src.endsWith(this.source(e)))
      this.play(Math.max(this.at, 0));
    else if (this.audio.paused)
      this.audio.play();
    else
      this.audio.pause();
  }

  async setList(name, examples) {
    try {
      this.playlists = (await post('/api/playlists', {name, examples})).playlists;
      if (this.list === name && !examples.length)
        this.list = null;
      this.draw();
    } catch (e) {
      toast(e.message, true);
    }
  }

  add(e) {
    const d = dialog(t('Add to a playlist'), h('form', {class: 'fields', onsubmit: (event) => {
      event.preventDefault();
      const name = field.value.trim(), known = this.playlists.find((p) => p.name === name)?.examples ?? [];
      d.close();
      if (name)
        this.setList(name, [...known, e.id]);
    }}, h('label', {}, t('Playlist, known or new')), h('button', {class: 'main', type: 'submit'}, t('Add'))));
    const field = h('input', {list: 'playlists', required: true, maxlength: 60, 'aria-label': t('Playlist, known or new'), value: this.list ?? this.playlists[0]?.name ?? ''});
    d.querySelector('label').after(field, h('datalist', {id: 'playlists'}, this.playlists.map((p) => h('option', {value: p.name}))));
    field.focus();
    field.select();
  }

  move(i, way) {
    const ids = this.rows.map((e) => e.id), j = i + way;
    if (j < 0 || j >= ids.length)
      return;
    [ids[i], ids[j]] = [ids[j], ids[i]];
    this.at = j;
    this.setList(this.list, ids);
  }

  forget(e) {
    const d = dialog(t('Remove the example'), h('p', {}, e.title), h('div', {class: 'row'}, h('button', {class: 'main', onclick: async () => {
      try {
        await remove(`/api/examples/${e.id}`);
        this.all = this.all.filter((x) => x !== e);
        this.playlists = (await get('/api/playlists')).playlists;
        d.close();
        this.draw();
      } catch (error) {
        toast(error.message, true);
      }
    }}, t('Remove')), h('button', {onclick: () => d.close()}, t('Leave it'))));
  }

  row(e, i) {
    const inList = this.list !== null;
    return h('tr', {class: i === this.at ? 'at' : '', 'data-id': e.id, onclick: (event) => !event.target.closest('a, button') && this.play(i)},
      h('td', {}, h('button', {class: 'quiet', 'aria-label': `${t('Play')}: ${e.title}`, onclick: () => this.play(i)}, '▶')),
      h('td', {class: 'wide'}, h('b', {}, e.title), ' ', h('span', {class: `chip ${e.good ? 'good' : 'warning'}`}, e.good ? t('good') : t('bad')),
        e.why && h('div', {class: 'soft'}, e.why)),
      h('td', {}, label(e.label, e.item)), h('td', {class: 'right nowrap'}, `${(e.end - e.start).toFixed(1)} s`),
      h('td', {class: 'right'}, e.score === null ? '' : scoreMark(e.score)),
      h('td', {}, e.agent ?? '', e.call && h('div', {}, h('a', {href: `/call/${e.call}#t=${e.start}`}, `#${e.call} ${clock(e.start, 1)}`))),
      h('td', {class: 'nowrap'}, h('a', {class: 'button', href: this.source(e, true), download: '', title: 'w'}, t('Export')),
        this.write && (inList ? [h('button', {class: 'quiet', 'aria-label': t('earlier'), title: 'K', onclick: () => this.move(i, -1)}, '↑'),
          h('button', {class: 'quiet', 'aria-label': t('later'), title: 'J', onclick: () => this.move(i, 1)}, '↓'),
          h('button', {class: 'quiet', 'aria-label': t('Take out of the playlist'), title: 'Del',
                       onclick: () => this.setList(this.list, this.rows.filter((_, k) => k !== i).map((x) => x.id))}, '✕')]
          : [h('button', {title: '+', onclick: () => this.add(e)}, t('To a playlist')),
             h('button', {class: 'quiet', 'aria-label': t('Remove the example'), title: 'Del', onclick: () => this.forget(e)}, '✕')])));
  }

  drawRows() {
    const rows = this.rows;
    this.body.replaceChildren(...rows.map((e, i) => this.row(e, i)));
    if (!rows.length)
      this.body.append(h('tr', {}, h('td', {colspan: 7, class: 'empty'}, t('No examples here. Select a moment of a call and press e.'))));
    this.body.querySelector('tr.at')?.scrollIntoView({block: 'nearest'});
  }

  draw() {
    const items = new Map(this.all.map((e) => [e.item, label(e.label, e.item)]));
    const choose = (key, options, name) => h('select', {'aria-label': name, onchange: (e) => { this[key] = e.target.value; this.list = null; this.at = -1; this.draw(); }},
      options.map(([v, text]) => h('option', {value: v, selected: v === this[key]}, text)));
    const again = () => { this.drawRows(); };
    this.head.replaceChildren(h('h1', {}, this.list ?? t('Examples')),
      choose('item', [['', t('every item')], ...[...items].sort((a, b) => a[1].localeCompare(b[1]))], t('Item')),
      choose('good', [['', t('good and bad')], ['1', t('good')], ['0', t('bad')]], t('good and bad')), h('span', {class: 'grow'}),
      h('label', {class: 'inline', title: 'g'}, h('input', {type: 'checkbox', class: 'disguise', checked: this.disguise, onchange: (e) => { this.disguise = e.target.checked; again(); }}),
        t('customer disguised')),
      h('label', {class: 'inline'}, t('Mute'), h('input', {value: this.mutes, size: 14, placeholder: '66-68.5', 'aria-label': t('Mute, in seconds of the call'),
        onchange: (e) => {
          if (readMutes(e.target.value) === null)
            toast(t('Write intervals such as 66-68.5 or 1:10-1:12.'), true);
          else
            this.mutes = e.target.value;
          again();
        }})));
    const pick = (name) => { this.list = name; this.at = -1; this.draw(); };
    this.side.replaceChildren(h('h2', {}, t('Playlists')),
      h('button', {class: 'playlist', 'aria-pressed': String(this.list === null), onclick: () => pick(null)}, t('all examples'), h('span', {class: 'soft'}, this.all.length)),
      ...this.playlists.map((p) => h('button', {class: 'playlist', 'aria-pressed': String(this.list === p.name), onclick: () => pick(p.name)}, p.name,
        h('span', {class: 'soft'}, p.examples.length))),
      this.list !== null ? h('div', {class: 'row'}, h('button', {class: 'main', onclick: () => this.play(0)}, t('Play through')),
        this.write && h('button', {onclick: () => this.setList(this.list, [])}, t('Delete'))) : '');
    this.drawRows();
  }

  key(e) {
    const row = this.rows[this.at];
    switch (e.key) {
    case 'ArrowDown': case 'j': case 'n': this.step(1); return true;
    case 'ArrowUp': case 'k': case 'p': this.step(-1); return true;
    case 'Enter': this.play(Math.max(this.at, 0)); return true;
    case ' ': this.toggle(); return true;
    case 'ArrowLeft': this.audio.currentTime -= 2; return true;
    case 'ArrowRight': this.audio.currentTime += 2; return true;
    case 'g': this.disguise = !this.disguise; this.draw(); return true;
    case 'w': this.body.querySelector('tr.at a[download]')?.click(); return true;
    default:
    }
    if (!row || !this.write)
      return false;
    const inList = this.list !== null;
    switch (e.key) {
    case '+': this.add(row); return true;
    case 'J': if (inList) this.move(this.at, 1); return inList;
    case 'K': if (inList) this.move(this.at, -1); return inList;
    case 'Delete':
      if (inList)
        this.setList(this.list, this.rows.filter((x) => x !== row).map((x) => x.id));
      else
        this.forget(row);
      return true;
    default: return false;
    }
  }
}

export async function showExamples(main, {user}) {
  const [{examples}, {playlists}] = await Promise.all([get('/api/examples'), get('/api/playlists')]);
  const library = new Library(user, examples, playlists);
  document.title = `${t('Examples')} - callqa`;
  main.replaceChildren(library.element);
  window.library = library;
  function onKey(e) {
    if (e.key === 'Escape' && isWriting(e))
      e.target.blur();
    if (e.ctrlKey || e.metaKey || e.altKey || isWriting(e) || document.querySelector('dialog[open]') || (e.target.closest('button, a, audio') && [' ', 'Enter'].includes(e.key)))
      return;
    if (library.key(e))
      e.preventDefault();
  }
  document.addEventListener('keydown', onKey);
  return () => {
    document.removeEventListener('keydown', onKey);
    library.audio.pause();
    library.audio.removeAttribute('src');
    library.audio.load();
  };
}

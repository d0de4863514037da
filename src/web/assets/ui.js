// Small parts that every view is made of. Texts become text nodes, so nothing from outside can become markup.
import {locale, t} from './lang.js';

export function h(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false)
      continue;
    if (key.startsWith('on'))
      e.addEventListener(key.slice(2), value);
    else if (key === 'class')
      e.className = value;
    else if (key === 'value' || key === 'checked' || key === 'disabled' || key === 'hidden' || key === 'selected')
      e[key] = value;
    else if (key === 'style')
      Object.assign(e.style, value);
    else
      e.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat(3)) {
    if (child !== undefined && child !== null && child !== false)
      e.append(child);
  }
  return e;
}

export function clock(s, decimals = 0) {
  const sign = s < 0 ? '-' : '';
  const scale = 10 ** decimals;
  const all = Math.round(Math.abs(s) * scale) / scale;
  const hours = Math.floor(all / 3600), minutes = Math.floor(all / 60) % 60;
  const seconds = (all % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, '0');
  return sign + (hours ? `${hours}:${String(minutes).padStart(2, '0')}` : `${minutes}`) + `:${seconds}`;
}

export function when(iso) {
  if (!iso)
    return '';
  return new Intl.DateTimeFormat(locale(), {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false,
  }).format(new Date(iso));
}

export const number = (v, decimals = 1) => v === null || v === undefined ? '' : Number(v).toFixed(decimals);
export const percent = (v) => v === null || v === undefined ? '' : `${Math.round(v * 100)} %`;

// A score in its colour; paler where it rests on less than half of the form.
export function scoreMark(score, coverage, big) {
  const known = score !== null && score !== undefined;
  const weak = coverage !== undefined && coverage < 0.5 ? ' weak' : '';
  return h('b', {class: `score${known ? ` s${Math.round(score)}` : ''}${weak}${big ? ' big' : ''}`}, known ? number(score) : '–');
}

// A label in the page's language out of {"en": ..., "zh-CN": ...}.
export function label(texts, fallback) {
  if (!texts)
    return fallback;
  const lang = locale();
  const near = Object.keys(texts).find((k) => k.split('-')[0] === lang.split('-')[0]);
  return texts[lang] ?? texts[near] ?? texts.en ?? Object.values(texts)[0] ?? fallback;
}

let toastTimer = 0;
export function toast(text, bad) {
  const e = document.getElementById('toast');
  e.textContent = text;
  e.className = bad ? 'shown bad' : 'shown';
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { e.className = ''; }, bad ? 6000 : 2500);
}

// A window over the page; closes by Escape and by its button.
export function dialog(title, ...children) {
  const d = h('dialog', {'aria-label': title},
              h('div', {class: 'dialog-head'}, h('h2', {}, title),
                h('button', {class: 'quiet', 'aria-label': t('Close'), onclick: () => d.close()}, '✕')),
              ...children);
  d.addEventListener('close', () => d.remove());
  document.body.append(d);
  d.showModal();
  d.querySelector('input, textarea, .main')?.focus();
  return d;
}

// Is somebody writing, so that a letter is a letter?
export function isWriting(event) {
  const e = event.target;
  return e.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName) && e.type !== 'checkbox';
}

export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

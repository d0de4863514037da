// The page: which view a path shows, the bar at the top, language and appearance.
import {get, post, setSession} from './api.js';
import {locale, setLocale, t} from './lang.js';
import {dialog, h, toast} from './ui.js';
import {showLogin, showPassword} from './login.js';
import {showCalls} from './calls.js';
import {showCall} from './call.js';
import {showDashboard} from './dashboard.js';
import {showReviews} from './reviews.js';
import {showExamples} from './examples.js';
import {showUsers} from './users.js';

const state = {session: null, leave: null};
const main = document.getElementById('main');

const views = [
  [/^\/(?:calls)?$/, showCalls],
  [/^\/call\/(\d+)$/, showCall],
  [/^\/dashboard$/, showDashboard],
  [/^\/reviews$/, showReviews],
  [/^\/examples$/, showExamples],
  [/^\/users$/, showUsers],
];

export function go(path, replace) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  show();
}

function applyTheme(theme) {
  if (theme)
    localStorage.setItem('theme', theme);
  const chosen = localStorage.getItem('theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  return dark;
}

function toggleTheme() {
  applyTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  drawTop();
  window.dispatchEvent(new Event('themechange'));
}

function toggleLocale() {
  setLocale(locale() === 'en' ? 'zh-CN' : 'en');
  drawTop();
  show();
}

async function logout() {
  await post('/api/logout');
  await start();
}

function link(path, text) {
  const here = location.pathname === path || (path === '/calls' && /^\/(call\/.*)?$/.test(location.pathname));
  return h('a', {href: path, 'aria-current': here ? 'page' : undefined}, text);
}

function drawTop() {
  const user = state.session?.user;
  const dark = document.documentElement.dataset.theme === 'dark';
  document.documentElement.lang = locale();
  document.getElementById('top').replaceChildren(h('header', {class: 'top'},
    h('a', {href: '/calls', class: 'logo', 'aria-label': 'callqa'}, h('img', {src: '/assets/favicon.svg', alt: ''}),
      'callqa'),
    user && h('nav', {'aria-label': t('Main menu')}, user.role !== 'agent' && link('/calls', t('Calls')), link('/reviews', t('Reviews')), user.role !== 'agent' && link('/dashboard', t('Dashboard')),
              user.role !== 'agent' && link('/examples', t('Examples')),
              user.role === 'admin' && link('/users', t('Users'))),
    h('span', {class: 'grow'}),
    user && h('button', {class: 'quiet', title: t('Keys') + ' (?)', onclick: showKeys}, t('Keys')),
    h('button', {class: 'quiet', onclick: toggleLocale, lang: locale() === 'en' ? 'zh-CN' : 'en'},
      locale() === 'en' ? '中文' : 'English'),
    h('button', {class: 'quiet', onclick: toggleTheme}, dark ? t('Light') : t('Dark')),
    user && h('button', {class: 'quiet', onclick: () => showPassword(state)}, user.title || user.name),
    user && h('button', {class: 'quiet', onclick: logout}, t('Log out'))));
}

const keys = {
  'Calls': [['/', 'search'], ['↓ ↑', 'next, previous call'], ['Enter', 'open the call'], ['x', 'tick the call'], ['X', 'tick up to here'], ['d', 'light or dark']],
  'Listening': [
    ['Space', 'play, pause'], ['← →', '2 s back, on'], ['Shift ← →', '10 s back, on'], ['n p', 'next, previous event'],
    ['[ ]', 'slower, faster'], ['a c b', 'agent alone, customer alone, both'], ['A C', 'mute the agent, the customer'], ['s', 'skip silence'],
    ['l', 'loop the selection or event'], ['+ − f', 'zoom in, out, fit'], ['m', 'measures and what is usual'], ['x', 'exchange agent and customer'], ['> <', 'next, previous call'],
    ['Esc', 'back to the calls']],
  'Examples': [['e', 'save the selection as an example'], ['w', 'export the selection'], ['M', 'mute the selection, or hear it again'],
               ['g', 'disguise the customer'], ['+', 'to a playlist'], ['J K', 'later, earlier in the playlist'], ['Del', 'take out']],
  'Scoring': [['↓ ↑', 'next, previous item'], ['1 … 5', 'score'], ['. ,', 'half a point up, down'], ['0', 'not applicable'],
              ['Enter', 'take the proposed score, go on'],              ['⌫', 'take the score back'], ['r', 'remark'], ['Ctrl Enter', 'submit and next call']],
};

function showKeys() {
  dialog(t('Keys'), h('div', {class: 'keys'}, Object.entries(keys).map(([group, rows]) => h('section', {},
    h('h3', {}, t(group)),
    h('dl', {}, rows.map(([key, what]) => [h('dt', {}, key.split(' ').map((k) => h('kbd', {}, k))),
                                           h('dd', {}, t(what))]))))));
}

async function show() {
  state.leave?.();
  state.leave = null;
  document.querySelectorAll('dialog').forEach((d) => d.close());
  drawTop();
  if (!state.session.user) {
    showLogin(main, start);
    return;
  }
  if (state.session.user.role === 'agent' && /^\/(calls)?$/.test(location.pathname))
    history.replaceState(null, '', '/reviews');
  const found = views.map(([re, view]) => [location.pathname.match(re), view]).find(([m]) => m);
  if (!found) {
    main.replaceChildren(h('p', {class: 'empty'}, t('There is nothing here.')));
    return;
  }
  try {
    state.leave = await found[1](main, {user: state.session.user, go, show, id: Number(found[0][1])});
  } catch (e) {
    if (e.code !== 'login')
      main.replaceChildren(h('p', {class: 'empty', role: 'alert'}, e.message));
  }
}

async function start() {
  try {
    state.session = await get('/api/session');
  } catch (e) {
    main.replaceChildren(h('p', {class: 'empty', role: 'alert'}, e.message));
    return;
  }
  setSession(state.session, () => {
    if (state.session.user)
      toast(t('The session has ended; log in again.'), true);
    state.session = {user: null};
    show();
  });
  await show();
}

document.addEventListener('click', (e) => {
  const a = e.target.closest?.('a[href^="/"]');
  if (!a || a.hasAttribute('download') || e.ctrlKey || e.metaKey || e.shiftKey || e.button)
    return;
  e.preventDefault();
  go(a.getAttribute('href'));
});
document.addEventListener('keydown', (e) => {
  if (e.target.closest?.('input, textarea, select, dialog') || e.ctrlKey || e.metaKey || e.altKey)
    return;
  if (e.key === '?')
    showKeys();
  else if (e.key === 'd')
    toggleTheme();
});
addEventListener('popstate', show);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { applyTheme(); drawTop(); });
applyTheme();
start();

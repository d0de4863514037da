// Logging in, and changing one's password.
import {post, setSession} from './api.js';
import {t} from './lang.js';
import {dialog, h, toast} from './ui.js';

const messages = {
  password: 'Name or password is wrong.',
  slow_down: 'Too many failed logins. Wait a few minutes, then try again.',
  offline: 'The server does not answer.',
};

export function showLogin(main, done) {
  const name = h('input', {id: 'name', autocomplete: 'username', required: true, maxlength: 64});
  const password = h('input', {id: 'password', type: 'password', autocomplete: 'current-password', required: true});
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  const button = h('button', {class: 'main', type: 'submit'}, t('Log in'));
  async function submit(e) {
    e.preventDefault();
    button.disabled = true;
    wrong.textContent = '';
    try {
      setSession(await post('/api/login', {name: name.value, password: password.value}));
      await done();
    } catch (error) {
      wrong.textContent = t(messages[error.code] ?? error.message);
      password.value = '';
      password.focus();
    }
    button.disabled = false;
  }
  main.replaceChildren(h('form', {class: 'login', onsubmit: submit},
    h('h1', {}, 'callqa'), h('p', {class: 'soft'}, t('Call recordings, measured and reviewed')),
    h('label', {for: 'name'}, t('Name')), name, h('label', {for: 'password'}, t('Password')), password, wrong, button));
  document.title = 'callqa';
  name.focus();
}

export function showPassword(state) {
  const old = h('input', {id: 'old', type: 'password', autocomplete: 'current-password', required: true});
  const fresh = h('input', {id: 'new', type: 'password', autocomplete: 'new-password', required: true, minlength: 10});
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  async function submit(e) {
    e.preventDefault();
    try {
      const session = await post('/api/password', {old: old.value, password: fresh.value});
      state.session = session;
      setSession(session);
      d.close();
      toast(t('The password is changed.'));
    } catch (error) {
      wrong.textContent = t(messages[error.code] ?? error.message);
    }
  }
  const user = state.session.user;
  const d = dialog(user.title || user.name, h('form', {class: 'fields', onsubmit: submit},
    h('p', {class: 'soft'}, `${user.name} · ${t(user.role)}`),
    h('label', {for: 'old'}, t('Password now')), old,
    h('label', {for: 'new'}, t('New password (at least 10 characters)')), fresh, wrong,
    h('button', {class: 'main', type: 'submit'}, t('Change the password'))));
}

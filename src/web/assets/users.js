// Who may use the page: for administrators.
import {get, post} from './api.js';
import {t} from './lang.js';
import {dialog, h, toast, when} from './ui.js';

const roles = ['admin', 'lead', 'reviewer', 'trainer', 'agent'];

function roleSelect(value, props) {
  return h('select', props, roles.map((r) => h('option', {value: r, selected: r === value}, t(r))));
}

function addUser(done) {
  const name = h('input', {id: 'u-name', required: true, maxlength: 64, autocomplete: 'off'});
  const title = h('input', {id: 'u-title', maxlength: 40, autocomplete: 'off'});
  const role = roleSelect('reviewer', {id: 'u-role'});
  const agent = h('input', {id: 'u-agent', maxlength: 64, autocomplete: 'off'});
  const password = h('input', {id: 'u-pw', type: 'password', required: true, minlength: 10, autocomplete: 'new-password'});
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  const d = dialog(t('New user'), h('form', {class: 'fields', onsubmit: async (e) => {
    e.preventDefault();
    try {
      await post('/api/users', {name: name.value, title: title.value, role: role.value, agent: agent.value,
                                password: password.value});
      d.close();
      done();
    } catch (error) {
      wrong.textContent = error.message;
    }
  }}, h('label', {for: 'u-name'}, t('Name to log in with')), name, h('label', {for: 'u-title'}, t('Shown as')), title,
  h('label', {for: 'u-role'}, t('Role')), role, h('label', {for: 'u-agent'}, t('Agent id (role agent)')), agent,
  h('label', {for: 'u-pw'}, t('Password')), password, wrong,
  h('button', {class: 'main', type: 'submit'}, t('Add'))));
}

function resetPassword(user) {
  const password = h('input', {id: 'r-pw', type: 'password', required: true, minlength: 10, autocomplete: 'new-password'});
  const d = dialog(user.title || user.name, h('form', {class: 'fields', onsubmit: async (e) => {
    e.preventDefault();
    try {
      await post(`/api/users/${user.id}`, {password: password.value});
      d.close();
      toast(t('The password is changed.'));
    } catch (error) {
      toast(error.message, true);
    }
  }}, h('label', {for: 'r-pw'}, t('New password (at least 10 characters)')), password,
  h('button', {class: 'main', type: 'submit'}, t('Change the password'))));
}

export async function showUsers(main, {user: self}) {
  const redraw = () => showUsers(main, {user: self});
  const {users} = await get('/api/users');
  async function change(id, body) {
    try {
      await post(`/api/users/${id}`, body);
    } catch (error) {
      toast(error.message, true);
    }
    redraw();
  }
  document.title = `${t('Users')} - callqa`;
  main.replaceChildren(h('div', {class: 'page'},
    h('div', {class: 'row'}, h('h1', {class: 'grow'}, t('Users')),
      h('button', {class: 'main', onclick: () => addUser(redraw)}, t('New user'))),
    h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, ['Name', 'Shown as', 'Role', 'Agent', 'Since', ''].map((c) => h('th', {}, t(c))))),
      h('tbody', {}, users.map((u) => h('tr', {class: u.disabled ? 'off' : ''},
        h('td', {}, u.name), h('td', {}, u.title),
        h('td', {}, u.id === self.id ? t(u.role)
          : roleSelect(u.role, {'aria-label': t('Role'), onchange: (e) => change(u.id, {role: e.target.value})})),
        h('td', {}, u.agent), h('td', {}, when(u.created_at)),
        h('td', {class: 'right'}, u.id !== self.id && [
          h('button', {class: 'quiet', onclick: () => resetPassword(u)}, t('New password')),
          h('button', {class: 'quiet', onclick: () => change(u.id, {disabled: !u.disabled})},
            u.disabled ? t('Enable') : t('Disable'))])))))));
}

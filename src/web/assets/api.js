// Talking to the server: JSON in and out, the session's CSRF token, errors as exceptions.

import {locale, t} from './lang.js';

let csrf = '';
let onLogin = () => {};

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function setSession(session, whenLoggedOut) {
  csrf = session.csrf || '';
  if (whenLoggedOut)
    onLogin = whenLoggedOut;
}

async function fail(answer) {
  let error = {code: 'internal', message: answer.statusText};
  try {
    error = (await answer.json()).error;
  } catch {
    // not ours: a proxy's page
  }
  if (answer.status === 401 && error.code === 'login')
    onLogin();
  throw new ApiError(answer.status, error.code, error.message);
}

async function send(method, path, body) {
  const headers = {'Accept-Language': locale()}; // errors come in the page's language
  if (method !== 'GET')
    headers['X-CSRF-Token'] = csrf;
  if (body !== undefined)
    headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, {method, headers, body: body === undefined ? undefined : JSON.stringify(body)});
  } catch {
    throw new ApiError(0, 'offline', t('The server does not answer.'));
  }
  if (!answer.ok)
    await fail(answer);
  return answer;
}

export const get = async (path) => (await send('GET', path)).json();
export const post = async (path, body) => (await send('POST', path, body ?? {})).json();
export const put = async (path, body) => (await send('PUT', path, body ?? {})).json();
export const remove = async (path) => (await send('DELETE', path)).json();

// The shape of a recording: one list of 0..1 a channel.
export async function peaks(id) {
  const answer = await send('GET', `/api/calls/${id}/peaks`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const channels = Number(answer.headers.get('X-Channels')) || 1;
  const n = bytes.length / channels;
  return Array.from({length: channels},
                    (_, c) => Float32Array.from(bytes.subarray(c * n, (c + 1) * n), (b) => b / 255));
}

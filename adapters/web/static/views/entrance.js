// @ts-check
// The way in: logging in, or making the first administrator with the code that the server printed.

import { Problem } from '../core/api.js';
import { problemText } from '../core/words.js';
import { h, put, setAttribute, write } from './dom.js';
import { door } from './icons.js';

/** @typedef {{name: string, label: string, type: string, autocomplete: string, hint?: string}} Field */

/** @type {Field[]} */
const LOGIN = [
  { name: 'username', label: 'User name', type: 'text', autocomplete: 'username' },
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
];
/** @type {Field[]} */
const SETUP = [
  { name: 'code', label: 'Set-up code', type: 'text', autocomplete: 'one-time-code', hint: 'The server printed it when it started.' },
  { name: 'username', label: 'User name', type: 'text', autocomplete: 'username' },
  { name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters; 15 or more are better.' },
];
const MODES = {
  login: { title: 'Soledoor', lead: 'One door in.', fields: LOGIN, path: '/auth/login', action: 'Log in', other: 'First start? Use your set-up code' },
  setup: { title: 'Set up Soledoor', lead: 'You will be its first administrator.', fields: SETUP, path: '/auth/setup', action: 'Make the account', other: 'Back to the login' },
};

export class Entrance {
  /** @param {{logIn: (path: string, body: Record<string, string>) => Promise<void>}} session */
  constructor(session) {
    this.session = session;
    /** @type {keyof typeof MODES} */
    this.mode = 'login';
    this.form = h('form', { class: 'entrance-form', novalidate: true, onsubmit: (/** @type {Event} */ e) => this.#submit(e) });
    this.element = h('main', { class: 'entrance', id: 'main', tabindex: '-1' }, h('div', { class: 'arch' }, this.form));
    this.#draw();
  }

  /** Put the cursor where one begins. */
  focus() {
    this.form.querySelector('input')?.focus();
  }

  #draw() {
    const mode = MODES[this.mode];
    this.alert = h('p', { class: 'entrance-error', role: 'alert' });
    this.button = h('button', { class: 'primary', type: 'submit' }, mode.action);
    const other = h('button', { class: 'quiet', type: 'button', onclick: () => this.#switch() }, mode.other);
    put(this.form, door(), h('h1', {}, mode.title), h('p', { class: 'lead' }, mode.lead),
      ...mode.fields.map((field) => this.#field(field)), this.alert, this.button, other);
  }

  /** @param {Field} field */
  #field({ name, label, type, autocomplete, hint }) {
    const described = hint ? `${name}-hint ${name}-error` : `${name}-error`;
    return h('div', { class: 'field' },
      h('label', { for: name }, label),
      h('input', { id: name, name, type, autocomplete, required: true, spellcheck: 'false', autocapitalize: 'none', 'aria-describedby': described }),
      hint && h('p', { class: 'hint', id: `${name}-hint` }, hint),
      h('p', { class: 'field-error', id: `${name}-error` }));
  }

  #switch() {
    this.mode = this.mode === 'login' ? 'setup' : 'login';
    this.#draw();
    this.focus();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(this.form)].map(([name, value]) => [name, String(value)]));
    const mode = MODES[this.mode];
    this.#wrong(mode.fields.filter((field) => !said[field.name])
      .map((field) => ({ field: field.name, message: `${field.label} is missing.` })), '');
    if (this.form.querySelector('[aria-invalid]') || !this.button || this.button.disabled) return;
    this.button.disabled = true;
    try {
      await this.session.logIn(mode.path, said);
      this.mode = 'login';
      this.#draw();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#wrong(problem.fields, this.#why(problem));
    } finally {
      this.button.disabled = false;
    }
  }

  /** @param {Problem} problem */
  #why(problem) {
    if (problem.status === 401 && this.mode === 'login') return 'That user name and password do not match.';
    if (problem.status === 401) return 'That code is wrong or used up. Restart the server to get a new one.';
    return problem.fields.length ? '' : problemText(problem);
  }

  /**
   * @param {{field: string, message: string}[]} fields
   * @param {string} text
   */
  #wrong(fields, text) {
    if (this.alert) write(this.alert, text);
    const wrong = new Map(fields.map(({ field, message }) => [field.split('.').at(-1) ?? field, message]));
    for (const input of this.form.querySelectorAll('input')) {
      setAttribute(input, 'aria-invalid', wrong.has(input.name) ? 'true' : null);
      const place = this.form.querySelector(`#${input.name}-error`);
      if (place) write(place, wrong.get(input.name) ?? '');
    }
    this.form.querySelector(/** @type {'input'} */ ('[aria-invalid]'))?.focus();
  }
}

// @ts-check
// The page: puts its parts together, follows the address, and draws once per frame when something has changed.

import { Session } from './core/session.js';
import { DRAFT, Store } from './core/store.js';
import { Announcer } from './views/announcer.js';
import { Entrance } from './views/entrance.js';
import { Shell } from './views/shell.js';
import { address } from './views/threads.js';

const TICK_MS = 200;

const store = new Store();
const announcer = new Announcer();
const session = new Session(store, { go, here: addressed, say: (text) => announcer.say(text) });
const entrance = new Entrance(session);
const shell = new Shell(store, session);
let phase = '';
let planned = false;

/** @returns {string} the thread that the address names */
function addressed() {
  const match = /^#\/t\/(.+)$/.exec(location.hash);
  try {
    return match?.[1] ? decodeURIComponent(match[1]) : DRAFT;
  } catch {
    return DRAFT;
  }
}

/**
 * @param {string} threadId
 * @param {boolean} replace
 */
function go(threadId, replace) {
  if (replace) history.replaceState(null, '', address(threadId));
  else location.hash = address(threadId);
  void session.openThread(threadId);
}

function draw() {
  planned = false;
  if (store.phase !== phase) turnTo(store.phase);
  if (phase === 'inside') shell.draw(Date.now());
  announcer.draw(store.notices, (id) => {
    store.notices = store.notices.filter((notice) => notice.id !== id);
    store.changed();
  });
}

/** @param {string} next */
function turnTo(next) {
  phase = next;
  document.documentElement.dataset.phase = phase;
  if (phase === 'loading') return;
  const view = phase === 'inside' ? shell : entrance;
  document.body.replaceChildren(...(phase === 'inside' ? shell.elements : [entrance.element]), announcer.element);
  if (phase === 'entrance') {
    document.title = 'Soledoor';
    shell.composer.clear();
  }
  view.focus();
}

function plan() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(draw);
}

store.addEventListener('change', plan);
window.addEventListener('hashchange', () => {
  shell.closeDrawer();
  void session.openThread(addressed());
});
window.setInterval(() => {
  if (store.phase === 'inside' && !document.hidden) plan();
}, TICK_MS);

store.open = addressed();
void session.begin();

// @ts-check
// The switch between the system's theme, light and dark; the choice is remembered on this device.

import { h, put } from './dom.js';
import { icon } from './icons.js';

const KEY = 'soledoor.theme';
/** @type {Record<string, {next: string, icon: string, words: string}>} */
const THEMES = {
  auto: { next: 'light', icon: 'auto', words: 'Theme: as the system' },
  light: { next: 'dark', icon: 'sun', words: 'Theme: light' },
  dark: { next: 'auto', icon: 'moon', words: 'Theme: dark' },
};

/** @returns {HTMLButtonElement} */
export function themeSwitch() {
  const button = h('button', { class: 'icon-button', type: 'button' });
  const draw = () => {
    const theme = THEMES[document.documentElement.dataset.theme ?? 'auto'] ?? THEMES.auto;
    if (!theme) return;
    button.setAttribute('aria-label', theme.words);
    button.title = theme.words;
    put(button, icon(theme.icon));
  };
  button.addEventListener('click', () => {
    const next = THEMES[document.documentElement.dataset.theme ?? 'auto']?.next ?? 'auto';
    if (next === 'auto') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset.theme = next;
      localStorage.setItem(KEY, next);
    }
    draw();
  });
  draw();
  return button;
}

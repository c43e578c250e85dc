// @ts-check
// The drawings of the page: line icons on a 24-unit square, and the door whose leaf shows the connection.

const SPACE = 'http://www.w3.org/2000/svg';

/** @type {Record<string, string>} */
const PATHS = {
  menu: 'M4 7h16M4 12h10M4 17h16',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  attach: 'M20 11.5l-7.8 7.8a5 5 0 0 1-7-7L13 4.4a3.4 3.4 0 0 1 4.8 4.8l-7.9 7.9a1.7 1.7 0 0 1-2.4-2.4l7-7',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5',
  chevron: 'M9 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  sun: 'M12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
  auto: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8h5.9M12 12h8M12 16h5.9',
  leave: 'M14 4H6v16h8M10 12h11M17.5 8.5L21 12l-3.5 3.5',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  alert: 'M12 8v5M12 16.3v.2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  again: 'M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4',
};

/**
 * @param {string} name
 * @returns {SVGSVGElement} decoration: the words beside it say what it means
 */
export function icon(name) {
  return drawing('icon', [['path', { d: PATHS[name] ?? '' }]]);
}

/** @returns {SVGSVGElement} an arched door; CSS opens its leaf */
export function door() {
  return drawing('door', [
    ['path', { class: 'door-light', d: 'M5 22V10a7 7 0 0 1 14 0v12z' }],
    ['path', { class: 'door-leaf', d: 'M5 22V10a7 7 0 0 1 14 0v12z' }],
    ['circle', { class: 'door-knob', cx: '15.6', cy: '14.4', r: '1' }],
    ['path', { class: 'door-frame', d: 'M2 22h3V10a7 7 0 0 1 14 0v12h3' }],
  ]);
}

/**
 * @param {string} name
 * @param {[string, Record<string, string>][]} parts
 */
function drawing(name, parts) {
  const svg = document.createElementNS(SPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const [tag, attributes] of parts) {
    const part = document.createElementNS(SPACE, tag);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    svg.append(part);
  }
  return svg;
}

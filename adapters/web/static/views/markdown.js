// @ts-check
// How an answer becomes elements: the one place where text from the server is read as markup, and what is let through.

import DOMPurify from '../vendor/dompurify/3.4.18/purify.es.js';
import { Marked } from '../vendor/marked/18.2.1/marked.esm.js';
import { h } from './dom.js';

const TAGS = [
  'p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote',
  'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a',
];
const LINK = /^(?:https?:|mailto:)/i;
const LEAST_HEADING = 3; // the page has h1 and h2

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const markdown = new Marked({ gfm: true, async: false }, {
  renderer: {
    /** Raw HTML is shown, never obeyed. */
    html(/** @type {{text: string}} */ { text }) { return escaped(text); },
    /** A picture would be fetched from wherever the answer says: it becomes a link. */
    image(/** @type {{href: string, text: string}} */ { href, text }) { return `<a href="${escaped(href)}">${escaped(text || href)}</a>`; },
    /** With an attribute for the alignment: a style would be refused by the content security policy. */
    tablecell(/** @type {any} */ { tokens, header, align }) {
      const tag = header ? 'th' : 'td';
      return `<${tag}${align ? ` align="${align}"` : ''}>${/** @type {any} */ (this).parser.parseInline(tokens)}</${tag}>`;
    },
    checkbox(/** @type {{checked: boolean}} */ { checked }) { return checked ? '☑ ' : '☐ '; },
  },
});

/**
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function render(text) {
  const html = /** @type {string} */ (markdown.parse(text));
  const fragment = /** @type {DocumentFragment} */ (/** @type {unknown} */ (DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ['href', 'align', 'start'], ADD_URI_SAFE_ATTR: ['align', 'start'], ALLOWED_URI_REGEXP: LINK, ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true,
  })));
  fragment.querySelectorAll('a').forEach(link);
  fragment.querySelectorAll('table').forEach((table) => scrolling(table, 'Table'));
  fragment.querySelectorAll('pre').forEach((code) => scrolling(code, 'Code'));
  headings(fragment);
  return fragment;
}

/** @param {HTMLAnchorElement} anchor */
function link(anchor) {
  if (!anchor.hasAttribute('href')) anchor.replaceWith(...anchor.childNodes);
  else {
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer nofollow';
  }
}

/**
 * @param {Element} wide
 * @param {string} label
 */
function scrolling(wide, label) {
  const box = h('div', { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label });
  wide.replaceWith(box);
  box.append(wide);
  for (const cell of wide.querySelectorAll('td')) {
    if (/^[\s\p{Sc}+−-]*[\d.,\s]*\d\s*%?$/u.test(cell.textContent ?? '')) cell.classList.add('number');
  }
}

/**
 * Headings go below those of the page, and none is left out on the way down.
 * @param {DocumentFragment} fragment
 */
function headings(fragment) {
  let above = LEAST_HEADING - 1;
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const wanted = Number(heading.tagName[1]) + LEAST_HEADING - 1;
    const level = Math.min(6, wanted, above + 1);
    const lower = document.createElement(`h${level}`);
    lower.append(...heading.childNodes);
    heading.replaceWith(lower);
    above = level;
  }
}

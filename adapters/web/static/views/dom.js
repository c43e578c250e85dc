// @ts-check
// How the page makes elements: attributes and text only, so nothing it is given is ever read as HTML.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners, booleans set or leave out, the rest is text
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  put(element, ...children);
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {Element} parent
 * @param {...Child} children
 */
export function put(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child))));
}

/**
 * Write text only where it differs, so that screen readers and selections are left in peace.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Keep a list of elements equal to a list of things, moving and making as few as possible.
 * @template T
 * @template {Element} E
 * @param {Element} parent
 * @param {readonly T[]} things
 * @param {(thing: T) => string} key
 * @param {(thing: T) => E} make
 * @param {(element: E, thing: T) => void} update
 */
export function keep(parent, things, key, make, update) {
  const present = new Map([...parent.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]));
  let before = parent.firstElementChild;
  for (const thing of things) {
    const name = key(thing);
    const known = /** @type {E | undefined} */ (present.get(name));
    const element = known ?? make(thing);
    present.delete(name);
    /** @type {any} */ (element).dataset.key = name;
    if (element === before) before = element.nextElementSibling;
    else parent.insertBefore(element, before);
    update(element, thing);
  }
  for (const gone of present.values()) gone.remove();
}

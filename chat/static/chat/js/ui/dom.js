// Finding the parts that the templates promise.

/**
 * @template {HTMLElement} T
 * @param {string} name Of the `data-parte`.
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function part(name, kind) {
  return find(document, `[data-parte="${name}"]`, kind);
}

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`no ${selector}`);
  return /** @type {T} */ (found);
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement} */
export function slot(root, name) {
  return find(root, `[data-slot="${name}"]`, HTMLElement);
}

/** A fresh copy of a template's one element. @param {string} id @returns {HTMLElement} */
export function mould(id) {
  const template = find(document, `#${id}`, HTMLTemplateElement);
  const copy = document.importNode(template.content, true).firstElementChild;
  return /** @type {HTMLElement} */ (copy);
}

/** Set text only where it differs: an untouched node keeps selections and readers calm.
 * @param {HTMLElement} node @param {string} text */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Data that the server put into the page. @param {string} id @returns {any} */
export function pageData(id) {
  return JSON.parse(find(document, `#${id}`).textContent ?? "null");
}

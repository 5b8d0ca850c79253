// Makes elements. Children are nodes or text, and text is never read as markup: no
// script here turns one into the other, and the pages' policy forbids it.

/**
 * h makes an element. An attribute whose name begins with "on" is a listener; true
 * is an attribute without a value, and false, null or undefined is none. Children
 * may be nested in arrays, and those that are null or false are left out.
 */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** svg is h for an element of a drawing. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...present(children));
  return element;
}

const present = (children) => children.flat(Infinity).filter((child) => child != null && child !== false);

/** replace gives an element these children instead of those that it has. */
export function replace(element, ...children) {
  element.replaceChildren(...present(children));
}

/** one returns the element with an id of the page. */
export const one = (id) => document.getElementById(id);

// Small helpers to make elements.

/** An element with attributes (`text` is its text, `on<event>` a listener) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Write a text only when it changed, so that screen readers are not told the same thing again. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A "?" that shows its explanation on hover and on keyboard focus. */
export function helpMark(text) {
  return text ? make("span", { class: "lab-help", tabindex: 0, role: "note", "aria-label": text, "data-help": text, text: "?" }) : "";
}

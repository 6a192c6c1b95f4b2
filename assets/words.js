// The stage's words and numbers, as Python hands them over in the session's language: no sentence stands in these files.
let words = {};
let locale = "en-US";

/** Take over the templates by name, and the language's name for numbers. */
export function learn(given) {
  ({ locale = "en-US", ...words } = given ?? {});
}

/** The sentence of a name, its {places} filled with values; a name without a sentence shows itself. */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, place) => values[place] ?? whole);
}

/** A number as the language writes it. */
export const number = (value) => value.toLocaleString(locale);

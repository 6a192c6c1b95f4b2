// The colours of meanings, made a little darker or lighter where they would not stand out from the page: 3 to 1 at least.
// Their order of lightness stays, so that they are told apart by colour-blind readers as before.
const ON_LIGHT = { "#E69F00": "#C98600", "#56B4E9": "#3399D6", "#F0E442": "#A39800" };
const ON_DARK = { "#0072B2": "#4C90E8", "#A0522D": "#C4703F", "#785EF0": "#8F7BFF", "#004B76": "#4C90E8", "#F2F2F2": "#2A303B" };

let known; // whether the page is dark, for this task: asking again and again would have it laid out each time

/** Whether the page is dark. */
export function isDark() {
  if (known === undefined) setTimeout(() => { known = undefined; });
  known ??= looksDark();
  return known;
}

function looksDark() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [r, g, b] = getComputedStyle(page).backgroundColor.match(/\d+(\.\d+)?/g)?.map(Number) ?? [255, 255, 255];
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

/** A colour as it is drawn on this page; anything that is none of the list stays as it is. */
export function tuned(color) {
  if (Array.isArray(color)) return color.map(tuned);
  return (typeof color === "string" && (isDark() ? ON_DARK : ON_LIGHT)[color.toUpperCase()]) || color;
}

/** Tune the colours of a Plotly trace in place: lines, marks, their rims and texts. */
export function tuneTrace(trace) {
  for (const part of [trace.line, trace.marker, trace.marker?.line, trace.textfont, trace.error_y, trace.error_x]) {
    if (part?.color !== undefined) part.color = tuned(part.color);
  }
  if (trace.fillcolor) trace.fillcolor = tuned(trace.fillcolor);
}

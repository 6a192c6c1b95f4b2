// A chart's legend: a sample of each line or marker beside its name.
import { tuned } from "./colours.js";
import { make } from "./dom.js";

const DASHES = { solid: "", dash: "5 3", dot: "1.5 3", dashdot: "5 3 1.5 3", longdash: "8 3", longdashdot: "8 3 1.5 3" };
// Markers in a box of 22 × 10, centre (11, 5).
const SHAPES = {
  circle: "M7.5 5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z",
  square: "M7.5 1.5h7v7h-7Z",
  diamond: "M11 .5L15.5 5L11 9.5L6.5 5Z",
  cross: "M9.7 1.2h2.6v2.5h2.5v2.6h-2.5v2.5H9.7V6.3H7.2V3.7h2.5Z",
  x: "M8.3 1l2.7 2.7L13.7 1l1.3 1.3L12.3 5L15 7.7L13.7 9L11 6.3L8.3 9L7 7.7L9.7 5L7 2.3Z",
  "triangle-up": "M11 .8L15.2 8.8H6.8Z",
  "triangle-down": "M11 9.2L15.2 1.2H6.8Z",
  "triangle-left": "M6.8 5L14.8 .8V9.2Z",
  pentagon: "M11 1L15 4L13.5 8.7H8.5L7 4Z",
  star: "M11 0l1.3 3.5 3.6.1-2.9 2.3 1 3.6L11 7.4 8 9.5l1-3.6L6.1 3.6l3.6-.1Z",
  "line-ns": "M9.5 .5h3v9h-3Z",
};

/** A sample of a line or marker {color, dash, symbol}. */
export function swatch({ color: meant, dash, symbol }) {
  const color = tuned(meant);
  const open = symbol?.includes("open");
  const path = SHAPES[symbol?.replace("-open", "")] ?? SHAPES.circle;
  const mark = symbol
    ? `<path d="${path}" fill="${open ? "none" : color}" stroke="${color}" stroke-width="${open ? 1.5 : 0}"/>`
    : `<line x1="1" x2="21" y1="5" y2="5" stroke="${color}" stroke-width="2.5" stroke-dasharray="${DASHES[dash] ?? dash?.replaceAll("px", "") ?? ""}"/>`;
  const holder = make("span", { class: "lab-swatch", "aria-hidden": "true" });
  holder.innerHTML = `<svg width="22" height="10">${mark}</svg>`;
  return holder;
}

/** The legend of a figure's entries {label, color, dash, symbol}. */
export function legend(entries) {
  return make("div", { class: "lab-legend" }, ...entries.map((entry) =>
    make("span", { class: "lab-legend-entry" }, ...(entry.color ? [swatch(entry)] : []), entry.label)));
}

// The drawing library and the style, each loaded once for all stages of a page.
import { make } from "./dom.js";

let plotlyLoading;

/** Load the drawing library once. */
export function loadPlotly(assets) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const src = new URL(`${assets}vendor/plotly-cartesian.min.js`, location.origin);
    document.head.append(make("script", { src, onload: resolve, onerror: reject }));
  });
  return plotlyLoading;
}

/** Bring in the stage's style once. */
export function loadStyle(assets) {
  const href = new URL(`${assets}stage.css`, location.origin).href;
  if (!document.querySelector(`link[rel=stylesheet][href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
}

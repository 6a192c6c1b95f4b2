// The drawing library and the style, each loaded once for all stages of a page.
import { make } from "./dom.js";

let plotlyLoading;

/** Address of a path of this server, wherever a proxy puts it: pages lie one name below the server's root. */
export function address(path) {
  return new URL(`.${path}`, document.baseURI);
}

/** Load the drawing library once. */
export function loadPlotly(assets) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const src = address(`${assets}vendor/plotly-cartesian.min.js`);
    document.head.append(make("script", { src, onload: resolve, onerror: reject }));
  });
  return plotlyLoading;
}

/** Bring in the stage's style once. */
export function loadStyle(assets) {
  const href = address(`${assets}stage.css`).href;
  if (!document.querySelector(`link[rel=stylesheet][href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
}

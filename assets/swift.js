// Redraw lines, points and bars alone. Plotly.update works the whole chart out anew (15–30 ms); giving the new numbers to the
// traces and drawing just those takes 1–2 ms. It uses inner parts of the Plotly that lies in vendor/; a browser test
// holds what it draws against Plotly.update.
const PLAIN = new Set(["x", "y", "text", "customdata"]);
const LAYERS = { scatter: ".scatterlayer", bar: ".barlayer" };

/** Whether these changes {trace: {attribute: value}} can be drawn the swift way; areas that stand on one another cannot. */
export function isSwift(plot, changes) {
  return [...changes].every(([i, values]) => {
    const trace = plot._fullData[i];
    if (!(trace.type in LAYERS) || trace.stackgroup || !Object.keys(values).every((name) => PLAIN.has(name))) return false;
    return plot.data[i].visible === false || (trace.visible === true && axesOf(plot, trace).every(isFixed));
  });
}

/** Give the traces their new numbers and draw them; `layout` may change ranges and pictures on the way. */
export function drawSwiftly(plot, changes, layout) {
  const changed = new Set();
  for (const [i, values] of changes) {
    Object.assign(plot.data[i], values);
    if (plot._fullData[i].visible !== true) continue;
    recalculate(plot, i, values);
    changed.add(i);
  }
  const stale = runs(plot).filter((run) => run.some((i) => changed.has(i)));
  for (const run of stale) if (plot._fullData[run[0]].type === "bar") stack(plot, run);
  if (Object.keys(layout).length) Plotly.relayout(plot, layout);
  const isDrawn = Object.keys(layout).some((key) => key.endsWith(".range")); // a new range draws everything
  if (!isDrawn) for (const run of stale) drawRun(plot, run);
}

const isFixed = (axis) => axis && !axis.autorange && axis.type !== "category";
const subplotOf = (plot, trace) => plot._fullLayout._plots[`${trace.xaxis ?? "x"}${trace.yaxis ?? "y"}`];
const axesOf = (plot, trace) => [subplotOf(plot, trace)?.xaxis, subplotOf(plot, trace)?.yaxis];

/** Plotly's own points of a trace, made of its new numbers. */
function recalculate(plot, i, values) {
  const trace = plot._fullData[i];
  Object.assign(trace, values);
  trace._length = Math.min(trace.x.length, trace.y.length);
  const old = plot.calcdata[i];
  const points = trace._module.calc(plot, trace);
  points[0].t = { ...old[0].t, ...points[0].t };
  points[0].trace = trace;
  plot.calcdata[i] = points;
}

/** The visible traces that carry bindings, in unbroken runs: a fill needs the line it reaches down to, bars their like. */
function runs(plot) {
  const isBound = (i) => Object.keys(plot.data[i]?.meta?.bind ?? {}).length > 0;
  const found = [];
  let last;
  plot._fullData.forEach((trace, i) => {
    if (trace.visible !== true) return;
    const isNeeded = isBound(i) || trace.type === "bar" || (plot._fullData[i + 1]?.fill === "tonexty" && isBound(i + 1));
    const place = isNeeded && trace.type in LAYERS ? `${trace.type} ${trace.xaxis} ${trace.yaxis}` : undefined;
    if (place && place !== last) found.push([]);
    if (place) found.at(-1).push(i);
    last = place;
  });
  return found;
}

/** Stacking changes the bars in place: begin with fresh ones. */
function stack(plot, run) {
  run.forEach((i) => recalculate(plot, i, {}));
  const trace = plot._fullData[run[0]];
  trace._module.crossTraceCalc(plot, subplotOf(plot, trace));
}

function drawRun(plot, run) {
  const { type, _module: module } = plot._fullData[run[0]];
  const subplot = subplotOf(plot, plot._fullData[run[0]]);
  const layer = subplot.plot.select(LAYERS[type]);
  module.plot(plot, subplot, run.map((i) => plot.calcdata[i]), layer, type === "scatter" ? { duration: 0 } : undefined);
}

// The table twin of a chart: its present numbers for those who read rather than look.
import { make } from "./dom.js";

const MAX_ROWS = 200;
const MAX_COLUMNS = 24;
const SAME_PLACE = 1e-5;

/** Numbers of an attribute, whether plain, typed, or packed by Python. */
const listOf = (values) => (values?.length === undefined ? [] : Array.from(values));
const show = (value) => (typeof value === "number" ? (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "–") : String(value ?? "–"));

/** Indices of at most n of `length` things, evenly spaced, first and last among them. */
function sample(length, n) {
  if (length <= n) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: n }, (_, i) => Math.round((i * (length - 1)) / (n - 1)));
}

/** What the places of an axis are called in Python's {places, texts}; a number that has no name stays one. */
const namer = ({ places = [], texts = [] } = {}) => (place) => {
  const near = places.findIndex((other) => Math.abs(other - place) < SAME_PLACE);
  return near < 0 ? place : texts[near];
};

function table(caption, heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })));
  const body = rows.map(([first, ...rest]) =>
    make("tr", {}, make("th", { scope: "row", text: show(first) }), ...rest.map((value) => make("td", { text: show(value) }))));
  return make("table", {}, make("caption", { text: caption }), make("thead", {}, head), make("tbody", {}, ...body));
}

/** What cannot be pointed at stands behind the others: shading, or faint curves, which Python marks as data. */
const isBehind = ({ hoverinfo }) => hoverinfo === "skip";
/** A line over the whole height of the chart, such as the chosen λ: its y are no data. */
const isUpright = ({ meta }) => meta?.bind?.y?.startsWith("span:");
const isMain = (trace) => !isBehind(trace) && !isUpright(trace);
const isFaint = (trace) => isBehind(trace) && trace.meta?.is_data;
const isThere = (value) => typeof value !== "number" || Number.isFinite(value);

/** Traces that stand on the same x share a table, called as the chart is. */
function xyTables(traces, title, xTitle, yTitle, nameOf) {
  const groups = [];
  for (const trace of traces) {
    const [x, y] = [listOf(trace.x), listOf(trace.y)];
    const key = JSON.stringify(x);
    const group = groups.find((other) => other.key === key);
    if (group) group.columns.push({ name: trace.name, y });
    else groups.push({ key, x, columns: [{ name: trace.name, y }] });
  }
  return groups.filter(({ x }) => x.some(isThere)).map(({ x, columns }) => {
    const rows = sample(x.length, MAX_ROWS).map((i) => [nameOf(x[i]), ...columns.map(({ y }) => y[i])]);
    const called = columns.length > 1 ? title : `${title}: ${columns[0].name}`;
    const caption = rows.length < x.length ? `${called}, ${rows.length} of ${x.length} rows` : called;
    return table(caption, [xTitle, ...columns.map(({ name }) => (columns.length > 1 || !yTitle ? name : yTitle))], rows);
  });
}

/** `names` may name the rows (y) and columns (x), which else are numbered from 0. */
function matrixTable({ matrix, x, y }, title, names) {
  const columns = sample(matrix[0]?.length ?? 0, MAX_COLUMNS);
  const called = (axis, places) => (i) => (names[axis] ? namer(names[axis])(places?.[i] ?? i) : i);
  const rows = sample(matrix.length, MAX_COLUMNS).map((i) => [called("y", y)(i), ...columns.map((j) => matrix[i][j])]);
  return table(title, ["row", ...columns.map(called("x", x)).map(String)], rows);
}

/**
 * Tables of what a plot shows, the main curves first; `title` is the chart's, `images` are {matrix} of its pictures, `names`
 * those of the places on x and y.
 */
export function tablesOf(plot, title, images, names = {}) {
  const { xaxis, yaxis } = plot._fullLayout;
  const shown = plot._fullData.filter((trace) => trace.visible === true && trace.opacity !== 0);
  const drawn = shown.filter((trace) => trace.type === "scatter" || trace.type === "bar");
  const told = [...drawn.filter(isMain), ...drawn.filter(isFaint)];
  const heat = shown.filter((trace) => trace.type === "heatmap").map(({ z, x, y }) => ({ matrix: z, x, y }));
  return [
    ...[...heat, ...images].map((one) => matrixTable(one, title, names)),
    ...xyTables(told.length ? told : drawn, title, xaxis?.title?.text || "x", yaxis?.title?.text || "", namer(names.x)),
  ];
}

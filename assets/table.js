// The table twin of a chart: its present numbers for those who read rather than look.
import { arrayOf, valueOf } from "./bindings.js";
import { make } from "./dom.js";
import { row } from "./stream.js";
import { errorOf } from "./unit.js";
import { say } from "./words.js";

const MAX_ROWS = 200;
const MAX_COLUMNS = 24;
const SAME_PLACE = 1e-5;
const LARGE = 1e6;

/** Numbers of an attribute, whether plain, typed, or packed by Python. */
const listOf = (values) => (values?.length === undefined ? [] : Array.from(values));
const isNumber = (value) => typeof value === "number";
const isThere = (value) => !isNumber(value) || Number.isFinite(value);
const plain = (text) => String(text ?? "–").replace(/<br>/g, " ").replace(/<[^>]*>|&nbsp;/g, "");

/** A number with four digits, "3.295e7" for a large one; a text without marks of line breaks; "–" for nothing. */
function show(value, form) {
  if (!isNumber(value)) return plain(value);
  if (!Number.isFinite(value)) return "–";
  const short = Number((form === "percent" ? 100 * value : value).toPrecision(4));
  const text = Math.abs(short) < LARGE ? String(short) : short.toExponential().replace("e+", "e");
  return form === "percent" ? `${text} %` : text;
}

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

/** A table of columns {head, values, form}; rows and columns are thinned out evenly, which the caption then says. */
function table(caption, head, names, columns) {
  const rows = sample(names.length, MAX_ROWS);
  const shown = sample(columns.length, MAX_COLUMNS).map((i) => columns[i]);
  const cuts = [[rows.length, names.length, "rows"], [shown.length, columns.length, "columns"]].filter(([few, all]) => few < all);
  const said = [caption, ...cuts.map(([few, all, what]) => say(what, { few, all }))].join(", ");
  const body = rows.map((i) => make("tr", {}, make("th", { scope: "row", text: show(names[i]) }),
    ...shown.map(({ values, form }) => make("td", { text: show(values[i], form) }))));
  const heads = [head, ...shown.map((column) => column.head)].map((text) => make("th", { scope: "col", text: plain(text) }));
  return make("table", {}, make("caption", { text: said }), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
}

// Tables that Python asks for: the data behind what is drawn

function told({ caption, head, rows, columns, n_rows: most = Infinity }, view, own) {
  const find = (of) => (typeof of === "string" ? listOf(valueOf(of, view, () => [])) : of);
  const inUnit = ({ of, form }) => (form === "own" ? find(of).map((loss) => errorOf(loss, own)) : find(of));
  const filled = columns.map((column) => ({ ...column, values: inUnit(column) }));
  const length = Math.min(most, Math.max(...filled.map(({ values }) => values.length)));
  return table(caption, head, find(rows).slice(0, length), filled);
}

// Tables of traces: x and y are data themselves

const tableOf = ({ meta }) => meta?.table;
/** What cannot be pointed at stands behind the others: shading, or faint curves, which Python marks as data. */
const isBehind = (trace) => trace.hoverinfo === "skip" && !tableOf(trace);
/** A line over the whole height of the chart, such as the chosen λ: its y are no data. */
const isUpright = ({ meta }) => meta?.bind?.y?.startsWith("span:");
const isMain = (trace) => !isBehind(trace) && !isUpright(trace) && tableOf(trace) !== "none";
const isFaint = (trace) => isBehind(trace) && trace.meta?.is_data;

/** What a trace has at each place: {name, values}, and beside it what its error bars say. */
function columnsOf(trace, along, own) {
  const mark = (isMarked) => () => listOf(trace[along]).map((value) => (isMarked(value) ? say("yes") : ""));
  const values = { customdata: () => listOf(trace.customdata), name: mark(isThere), flag: mark((value) => value > 0) };
  const error = trace[`error_${along}`];
  const find = values[tableOf(trace)];
  const columns = [{ name: trace.name, isOwn: Boolean(find), values: (find ?? (() => listOf(trace[along])))() }];
  if (error?.visible && error.array) columns.push({ name: say("standard_error"), values: listOf(error.array) });
  if (own && trace.meta?.own?.of === along) {
    columns.push({ name: say("off_by_in", { what: trace.name, name: own.name }), isOwn: true, values: listOf(trace[along]).map((loss) => errorOf(loss, own)) });
  }
  if (trace.meta?.bind?.text?.startsWith("label:")) columns.push({ name: say("what"), values: listOf(trace.text) });
  return columns;
}

/** One line with breaks is several curves on the same places: {places, columns}. */
function unbroken({ places, columns }, texts) {
  const end = places.findIndex((place) => !isThere(place));
  if (end < 0 || columns.length > 1 || end + 1 >= places.length) return { places, columns };
  const [{ name, values }] = columns;
  const n = Math.floor(places.length / (end + 1));
  const parts = Array.from({ length: n }, (_, k) => ({
    name: texts?.[k * (end + 1)] ?? `${name} ${k + 1}`, values: values.slice(k * (end + 1), k * (end + 1) + end),
  }));
  return { places: places.slice(0, end), columns: parts };
}

/** Traces that stand on the same places share a table. `across` is the axis of the places, `along` that of the values. */
function traceTables(traces, { title, across, along, placeHead, unit, nameOf, own }) {
  const groups = [];
  for (const trace of traces) {
    const whole = { places: listOf(trace[across]), columns: columnsOf(trace, along, own) };
    const { places, columns } = unbroken(whole, Array.isArray(trace.text) ? trace.text : undefined);
    const key = JSON.stringify(places);
    const group = groups.find((other) => other.key === key);
    if (group) group.columns.push(...columns);
    else groups.push({ key, places, columns: [...columns] });
  }
  return groups.filter(({ places }) => places.some(isThere)).map(({ places, columns }) => {
    const called = columns.length > 1 ? title : `${title}: ${columns[0].name}`;
    const named = columns.map(({ name, values, isOwn }) => ({ head: columns.length > 1 || !unit || isOwn ? name : unit, values }));
    return table(columns.length > 1 && unit ? `${called} – ${unit}` : called, placeHead, places.map(nameOf), named);
  });
}

// Tables of fields of numbers

/** `names` may name the rows (y) and columns (x), which else are numbered from 0. */
function fieldTable({ matrix, x, y, caption, corner = "", read = (value) => value }, names) {
  const called = (axis, places) => (i) => (names[axis] ? namer(names[axis])(places?.[i] ?? i) : places?.[i] ?? i);
  const rows = sample(matrix.length, MAX_COLUMNS);
  const columns = Array.from({ length: matrix[0]?.length ?? 0 }, (_, j) => ({
    head: show(called("x", x)(j)), values: rows.map((i) => read(matrix[i][j])),
  }));
  return table(caption, corner, rows.map(called("y", y)), columns.filter(({ head }) => head !== ""));
}

/** The numbers of a picture, its uppermost row first: `told` says what its rows, columns and values are. */
function pictureTable({ array, x, y, told: said = {} }, title, view) {
  const { data, shape } = arrayOf(array, view) ?? {};
  if (shape?.length !== 2) return [];
  const middle = ([low, high], n) => (_, i) => low + ((high - low) * (i + 0.5)) / n;
  const matrix = Array.from({ length: shape[0] }, (_, i) => row({ data, shape }, i).data).reverse();
  const rows = said.rows ?? Array.from({ length: shape[0] }, middle(y, shape[0])).reverse();
  const columns = said.columns ?? Array.from({ length: shape[1] }, middle(x, shape[1]));
  const caption = said.caption ? `${title}: ${said.caption}` : title;
  return [fieldTable({ matrix, x: columns, y: rows, caption, corner: said.corner, read: reader(said) }, {})];
}

/** What a value of a picture says: of a map in colours its value, of several classes the class and how sure it is. */
function reader({ levels, classes }) {
  const value = levels ? (level) => levels[0] + (level / 255) * (levels[1] - levels[0]) : (one) => one;
  if (!classes) return value;
  return (one) => {
    const sure = value(one);
    if (!Number.isFinite(sure)) return sure;
    const of = Math.min(Math.floor(sure), classes.length - 1);
    return `${classes[of]} ${Math.round(100 * (1 / classes.length + ((sure - of) / 0.999) * (1 - 1 / classes.length)))} %`;
  };
}

/** Tables of what a plot shows: those that Python asks for, or what its traces tell, the main curves first; then its pictures. */
export function tablesOf(plot, about, view) {
  const { title = "", names = {}, twin, images = [], own } = about;
  const pictures = view ? images.filter((image) => !image.is_mute).flatMap((image) => pictureTable(image, title, view)) : [];
  if (twin && view) return [...twin.map((one) => told(one, view, own)), ...pictures];
  const { xaxis, yaxis } = plot._fullLayout;
  const shown = plot._fullData.filter((trace) => trace.visible === true && trace.opacity !== 0);
  const drawn = shown.filter((trace) => trace.type === "scatter" || trace.type === "bar");
  const curves = drawn.filter(isMain);
  const fields = shown.filter((trace) => trace.type === "heatmap" || trace.type === "contour").flatMap((trace) => {
    const caption = about.unit ? `${title} – ${about.unit}` : title;
    const field = { matrix: tableOf(trace) === "customdata" ? trace.customdata : trace.z, x: trace.x, y: trace.y, caption, corner: about.corner };
    const inUnit = { ...field, caption: say("off_by_in", { what: caption, name: own?.name }), read: (loss) => errorOf(loss, own) };
    return own && trace.meta?.own ? [field, inUnit] : [field];
  });
  const [upright, flat] = [xaxis?.title?.text || "x", yaxis?.title?.text || ""];
  const directions = about.rows === "y"
    ? { across: "y", along: "x", placeHead: flat, unit: about.unit ?? upright, nameOf: namer(names.y) }
    : { across: "x", along: "y", placeHead: upright, unit: about.unit ?? flat, nameOf: namer(names.x) };
  return [
    ...fields.map((field) => fieldTable(field, names)), ...pictures,
    ...traceTables([...curves.filter((trace) => !tableOf(trace)), ...curves.filter(tableOf), ...drawn.filter(isFaint)], { title, own, ...directions }),
  ];
}

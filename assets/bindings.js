// What a binding names: "loss", "hist_y[2]", "fit_y[@lambda]", "label:names", "at:lambda", "span:y", "ghost:hist_y[2]".
import { row } from "./stream.js";

const parsed = new Map();

/** {kind, name, parts} of a binding; parts are row numbers or names of scrub axes. */
export function parse(binding) {
  if (!parsed.has(binding)) {
    const [, kind, name, parts] = binding.match(/^(?:(label|at|span|ghost):)?([^[]+)((?:\[@?\w+\])*)$/);
    const picks = [...parts.matchAll(/\[(@?)(\w+)\]/g)].map(([, at, key]) => (at ? key : Number(key)));
    parsed.set(binding, { kind: kind ?? "array", name, parts: picks });
  }
  return parsed.get(binding);
}

/** The array a binding names at the present scrub positions, or undefined: {data, shape}. A ghost is as it was before a change. */
export function arrayOf(binding, { arrays, scrubs, ghost }) {
  const { kind, name, parts } = parse(binding);
  let array = (kind === "ghost" ? ghost : arrays)?.[name];
  for (const part of parts) {
    const index = typeof part === "number" ? part : scrubs[part]?.index;
    if (!array || !(index < array.shape[0])) return undefined;
    array = row(array, index);
  }
  return array;
}

/** The value Plotly gets for a binding; undefined leaves what is there. `spanOf(axis)` gives an axis' [low, high]. */
export function valueOf(binding, view, spanOf) {
  const { kind, name } = parse(binding);
  if (kind === "label") return view.meta.labels?.[name];
  if (kind === "span") return spanOf(name);
  if (kind === "at") return placeOf(name, view);
  const array = arrayOf(binding, view);
  if (!array) return kind === "ghost" ? [] : undefined;
  return array.shape.length === 2 ? Array.from({ length: array.shape[0] }, (_, i) => row(array, i).data) : array.data;
}

/** "You are here": twice the value at a scrub's position; "at:moment" is the rewound moment, nothing when live. */
function placeOf(name, { scrubs, moment }) {
  if (name === "moment") return moment === undefined ? [] : [moment, moment];
  const scrub = scrubs[name];
  return scrub ? [scrub.place, scrub.place] : undefined;
}

/** The facts of a view with those of the member under the scrub put over them. */
export function factsOf(meta, scrubs) {
  const member = meta.members?.[scrubs[meta.members_axis]?.index];
  if (!member) return meta;
  const merged = { ...meta };
  for (const name of ["readouts", "labels", "descriptions", "tables"]) if (member[name]) merged[name] = { ...meta[name], ...member[name] };
  if (member.verdict) merged.verdict = member.verdict;
  return merged;
}

/** Whether two bound values show the same. */
export function isSame(a, b) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i], b[i]];
    if (p !== q && !(Number.isNaN(p) && Number.isNaN(q)) && !(typeof p === "object" && isSame(p, q))) return false;
  }
  return true;
}

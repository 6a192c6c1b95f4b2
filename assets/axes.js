// Axis ranges: they follow the data but change rarely, and a reader's zoom stays.

const LEAST_DECADES = 0.3;

/** Range of the finite values of arrays, with the values to include: [low, high] or null. In log10 for log axes. */
function extent(arrays, include, log) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of [...arrays, log ? [] : include]) {
    for (const value of values) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return null;
  if (!log) return [low, high];
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const air = Math.max(0, LEAST_DECADES - (to - from)) / 2; // a shorter axis would need labels of six digits
  return [from - air, to + air];
}

/**
 * The old range while the data fill it well, else a new one with some air; where it is to be tight, just what they fill.
 * An axis is never shorter than `least`, and one that so far holds a single number it stands on, epoch 0, reaches 1 further.
 * It never shows more than `most`: there is no share above 1.
 */
export function fitRange(old, arrays, include = [], log = false, isTight = false, least = 0, most = Infinity) {
  const wanted = extent(arrays, include, log);
  if (!wanted) return old;
  if (isTight) return old?.join() === wanted.join() ? old : wanted;
  const low = wanted[0];
  const isOnIt = !log && include.includes(low);
  const high = Math.max(wanted[1], low + (log ? 0 : least), isOnIt && wanted[1] === low ? low + 1 : low);
  const span = high - low || (log ? 0.5 : Math.abs(high) || 1);
  const fits = old && low >= old[0] && high <= old[1] && span >= 0.5 * (old[1] - old[0]);
  if (fits) return old;
  const outgrown = old && (low < old[0] || high > old[1]);
  const air = outgrown ? 0.25 : 0.06;
  const bottom = isOnIt ? low : low - 0.06 * span;
  return [bottom, Math.min(high + air * span, Math.max(most, wanted[1]))];
}

/** The ranges of one chart's axes. */
export class Axes {
  constructor(plot, layout) {
    this.plot = plot;
    const names = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
    this.fixed = Object.fromEntries(names.map((name) => [name, layout[name].range?.slice()])); // Plotly writes into the range it got
    this.fitted = {};
    this.widest = {}; // of axes that only grow: all that they had to hold in this run
    this.zoomed = new Set();
    plot.on("plotly_relayout", (change) => this.noticeZoom(change));
  }

  /** Only a reader's drag names the ends of a range one by one. */
  noticeZoom(change) {
    for (const key of Object.keys(change)) {
      const axis = key.match(/^([xy]axis\d*)\.range\[/)?.[1];
      if (axis) this.zoomed.add(axis);
    }
  }

  isLog(axis) {
    return this.plot._fullLayout[axis]?.type === "log";
  }

  /** {"yaxis.range": [low, high]} for the axes in `auto` that their data have outgrown; `values(name)` finds an array. */
  fit(auto, values) {
    const changes = {};
    for (const [axis, { arrays, include, is_tight: isTight, least, most, grows }] of Object.entries(auto)) {
      const held = arrays.map(values);
      if (grows) held.push((this.widest[axis] = extent([...held, this.widest[axis] ?? []], [], false) ?? []));
      if (this.zoomed.has(axis)) continue;
      const range = fitRange(this.fitted[axis], held, include, this.isLog(axis), isTight, least, most);
      if (range && range !== this.fitted[axis]) changes[`${axis}.range`] = [...(this.fitted[axis] = range)];
    }
    return changes;
  }

  /** Layout change that takes a zoom back. */
  home() {
    const changes = {};
    for (const axis of this.zoomed) {
      const range = this.fitted[axis] ?? this.fixed[axis];
      if (range) changes[`${axis}.range`] = [...range];
      else changes[`${axis}.autorange`] = true;
    }
    this.zoomed.clear();
    return changes;
  }

  /** Another run: axes that only grow begin anew. */
  begin() {
    for (const axis of Object.keys(this.widest)) delete this.fitted[axis];
    this.widest = {};
  }

  /** Fit everything anew: the axes' meaning has changed. */
  forget() {
    this.fitted = {};
    this.zoomed.clear();
  }

  /** Lowest and highest value shown on "x", "y", "y2", …; a range in `layout` is about to be set. */
  span(id, layout) {
    const name = `${id[0]}axis${id.slice(1)}`;
    const range = layout[`${name}.range`] ?? this.plot._fullLayout[name].range;
    return this.isLog(name) ? range.map((exponent) => 10 ** exponent) : [...range];
  }

  /** The number whose place on the x axis is nearest to a point of the screen; -1 outside the axes. */
  nearest(places, { clientX, clientY }) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const box = this.plot.getBoundingClientRect();
    const x = clientX - box.left - xaxis._offset;
    const y = clientY - box.top - yaxis._offset;
    if (x < 0 || x > xaxis._length || y < 0 || y > yaxis._length) return -1;
    const distances = places.map((place) => Math.abs(xaxis.d2p(place) - x)).map((d) => (Number.isFinite(d) ? d : Infinity));
    return distances.indexOf(Math.min(...distances));
  }
}

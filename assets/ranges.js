// Axis ranges that follow the data but change rarely.

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
  return log ? [Math.log10(low), Math.log10(high)] : [low, high];
}

/** The old range while the data fill it well, else a new one with some air. */
export function fitRange(old, arrays, include = [], log = false) {
  const wanted = extent(arrays, include, log);
  if (!wanted) return old;
  const [low, high] = wanted;
  const span = high - low || (log ? 0.5 : Math.abs(high) || 1);
  const fits = old && low >= old[0] && high <= old[1] && span >= 0.5 * (old[1] - old[0]);
  if (fits) return old;
  const outgrown = old && (low < old[0] || high > old[1]);
  const air = outgrown ? 0.25 : 0.06;
  const bottom = !log && include.includes(low) ? low : low - 0.06 * span;
  return [bottom, high + air * span];
}

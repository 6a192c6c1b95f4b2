// Drawn points as text, as `core/settings/points.py` writes them: "1", then six letters of six bits for each point.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ZERO = 1 << 15;
const VERSION = "1";

const word = (letters) => [...letters].reduce((value, letter) => 64 * value + LETTERS.indexOf(letter), 0);
const letters = (value) => LETTERS[value >> 12] + LETTERS[(value >> 6) & 63] + LETTERS[value & 63];

/** The points of a text: [{x, y, label, isVal}]. */
export function unpack(text) {
  const points = [];
  for (let i = 1; i + 6 <= (text ?? "").length; i += 6) {
    const [first, second] = [word(text.slice(i, i + 3)), word(text.slice(i + 3, i + 6))];
    points.push({ x: ((first >> 2) - ZERO) / 1000, y: ((second >> 2) - ZERO) / 1000, label: first & 3, isVal: Boolean(second & 2) });
  }
  return points;
}

/** The text of points; "" where there are none. */
export function pack(points) {
  const one = ({ x, y, label, isVal }) =>
    letters(4 * (Math.round(1000 * x) + ZERO) + label) + letters(4 * (Math.round(1000 * y) + ZERO) + 2 * isVal);
  return points.length ? VERSION + points.map(one).join("") : "";
}

/** The arrays that the traces of drawn points are bound to, as `drawn_arrays` in Python makes them; without classes all are of class 0. */
export function arraysOf(points, nClasses) {
  const arrays = {};
  for (const part of ["train", "val"]) {
    for (let c = 0; c < Math.max(1, nClasses); c++) {
      const own = points.filter(({ label, isVal }) => isVal === (part === "val") && (nClasses === 0 || label === c));
      for (const axis of ["x", "y"]) arrays[`drawn_${part}${c}_${axis}`] = { data: Float32Array.from(own, (point) => point[axis]), shape: [own.length] };
    }
  }
  return arrays;
}

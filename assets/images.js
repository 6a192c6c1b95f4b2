// Arrays as coloured images: array → canvas → data URL, much faster than a heatmap trace.
const palettes = new Map();

/** 256 × 3 bytes of a hex string. */
function parsePalette(hex) {
  if (!palettes.has(hex)) palettes.set(hex, Uint8Array.from(hex.replace("#", "").match(/../g), (pair) => parseInt(pair, 16)));
  return palettes.get(hex);
}

/** Sign and root of the size: on this scale small numbers are still seen. */
const rooted = (value) => Math.sign(value) * Math.sqrt(Math.abs(value));

/** Data URL of a (rows, cols) array, row 0 at the bottom; not-a-number is transparent. `is_rooted`: the range is one of roots. */
export function paint({ data, shape }, { palette, range, smooth, is_rooted: isRooted }) {
  const [rows, cols] = shape;
  const colours = parsePalette(palette);
  const last = colours.length / 3 - 1;
  const pixels = new ImageData(cols, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = isRooted ? rooted(data[i * cols + j]) : data[i * cols + j];
      if (Number.isNaN(value)) continue;
      const share = Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0])));
      const colour = 3 * Math.round(share * last);
      const at = 4 * ((rows - 1 - i) * cols + j);
      pixels.data[at] = colours[colour];
      pixels.data[at + 1] = colours[colour + 1];
      pixels.data[at + 2] = colours[colour + 2];
      pixels.data[at + 3] = 255;
    }
  }
  return enlarge(pixels, smooth).toDataURL();
}

/** Images with sharp cells are enlarged by a whole factor, for the browser would blur them. */
function enlarge(pixels, smooth) {
  const small = canvas(pixels.width, pixels.height);
  small.getContext("2d").putImageData(pixels, 0, 0);
  const factor = smooth ? 1 : Math.max(1, Math.ceil(480 / Math.max(pixels.width, pixels.height)));
  if (factor === 1) return small;
  const large = canvas(pixels.width * factor, pixels.height * factor);
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  return large;
}

function canvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

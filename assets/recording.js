// A recording of a preset's run: every moment of it as a snapshot, as if it were live; nothing is trained for it.
import { address } from "./load.js";
import { decode, row } from "./stream.js";

export const LATER = "matrices"; // most of the bytes, of a chart further down: fetched when it is looked at

const ASK_AGAIN = 1000; // ms after it was asked for in vain

/** Fetch the recording of a preset; undefined where there is none, or no connection. */
export async function loadRecording(preset) {
  const part = async (name) => {
    const response = await fetch(address(`/lab/recordings/${preset}/${name}`));
    if (!response.ok) throw new Error(`${response.status}`);
    return decode(await response.arrayBuffer());
  };
  try {
    const [frames, last] = await Promise.all([part("frames"), part("last")]);
    return new Recording(frames, last, () => part("later"));
  } catch {
    return undefined;
  }
}

export class Recording {
  /** `fetchLater()` promises the rest of the frames. */
  constructor(frames, last, fetchLater) {
    Object.assign(this, { frames, last, fetchLater });
    this.arrays = frames.arrays;
    this.records = last.arrays.epoch.data;
  }

  /** Have what is seen further down, too; true when it has come. Its chart is empty until then; where it does not come it may be asked for again. */
  async complete() {
    if (this.isAsked) return false;
    this.isAsked = true;
    try {
      this.arrays = { ...this.arrays, ...(await this.fetchLater()).arrays };
      return true;
    } catch {
      setTimeout(() => { this.isAsked = false; }, ASK_AGAIN);
      return false;
    }
  }

  /** Number of moments, and the epoch of each. */
  get length() {
    return this.frames.meta.frames.length;
  }

  epoch(i) {
    return this.frames.meta.frames[i].epoch;
  }

  /** The moment that a story of `length_s` seconds shows after `s` of them; its own length where none is given. */
  indexAt(s, length_s = this.frames.meta.due_s.at(-1)) {
    const due = this.frames.meta.due_s;
    const scaled = (s / length_s) * due.at(-1);
    let i = 0;
    while (i + 1 < this.length && due[i + 1] <= scaled) i += 1;
    return i;
  }

  /** Moment i as a snapshot {kind, version, meta, arrays}: the curves end at its epoch. */
  at(i) {
    const facts = this.frames.meta.frames[i];
    const { meta } = this.last;
    const isEnd = i === this.length - 1;
    const then = Object.fromEntries(Object.entries(this.arrays).map(([name, array]) => [name, row(array, i)]));
    return {
      kind: "snapshot", version: 0, arrays: { ...this.curvesTo(facts.epoch), ...then },
      meta: { ...meta, ...facts, labels: { ...meta.labels, ...facts.labels }, state: isEnd ? "finished" : "running", banner: isEnd ? meta.banner : null },
    };
  }

  /** The arrays of the end, cut where they are curves over the epochs; the star stands at the lowest loss so far. */
  curvesTo(epoch) {
    let n = 1;
    while (n < this.records.length && this.records[n] <= epoch) n += 1;
    const cut = (array) => (array.shape[0] === this.records.length ? { data: array.data.subarray(0, n * (array.data.length / this.records.length)), shape: [n, ...array.shape.slice(1)] } : array);
    const { arrays } = this.last;
    const curves = Object.fromEntries(Object.entries(arrays).filter(([name]) => !(name in this.arrays)).map(([name, array]) => [name, cut(array)]));
    const losses = curves.val_loss.data;
    const best = losses.reduce((least, loss, i) => (loss < losses[least] ? i : least), 0);
    curves.best_epoch = { data: Float32Array.of(this.records[best]), shape: [1] };
    curves.best_val_loss = { data: losses.constructor.of(losses[best]), shape: [1] };
    curves.tip_epoch = { data: Float32Array.of(this.records[n - 1], this.records[n - 1]), shape: [2] };
    curves.tip_loss = { data: losses.constructor.of(curves.train_loss.data.at(-1), losses.at(-1)), shape: [2] };
    if (curves.floor_x.data.length) curves.floor_x = { data: curves.floor_x.data.constructor.of(0, Math.max(epoch, 1)), shape: [2] };
    return curves;
  }
}

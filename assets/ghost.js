// What was there before the last change of a strength, or of drawn points: a chart may draw it as a faint outline, bound as "ghost:<array>".
const GESTURE = 1000; // ms; changes that follow one another as fast are one movement of the hand
const STORE = "overfitLab.ghost"; // of this tab's last change: a reload, or a visit to another page, keeps it
const SINCE = `${STORE}.since`; // the strengths after it

export class Ghost {
  /** job: the run that is shown; names: the arrays that charts draw as they were. */
  constructor(job, names) {
    Object.assign(this, { job, names });
  }

  /** Take note of a live snapshot {arrays, meta}. */
  follow({ arrays, meta }) {
    const now = { arrays, epoch: meta.epoch, run: meta.n_begun, strengths: JSON.stringify([meta.strengths, meta.points]) };
    const { last } = this;
    this.last = now;
    if (!last) this.before = this.stored(now);
    else if (now.run !== last.run || now.epoch < last.epoch) this.before = undefined; // another run
    else if (now.strengths !== last.strengths) this.keep(last);
  }

  /** The snapshot before a change; of one movement of the hand, that before its first. */
  keep(last) {
    const time = performance.now();
    if (last.epoch > 0 && time - (this.changed ?? -Infinity) > GESTURE) {
      this.before = last;
      this.store(last);
    }
    this.changed = time;
    sessionStorage.setItem(SINCE, this.last.strengths);
  }

  store({ arrays, epoch, run }) {
    const kept = this.names.filter((name) => arrays[name]).map((name) => [name, arrays[name].shape, Array.from(arrays[name].data)]);
    try {
      sessionStorage.setItem(STORE, JSON.stringify({ job: this.job, run, epoch, kept }));
    } catch {
      sessionStorage.removeItem(STORE); // too large for the browser
    }
  }

  /** What was stored, if it was of this run and no strength has changed since. */
  stored(now) {
    const { job, run, epoch, kept } = JSON.parse(sessionStorage.getItem(STORE) ?? "{}");
    if (job !== this.job || run !== now.run || epoch > now.epoch || sessionStorage.getItem(SINCE) !== now.strengths) return undefined;
    return { epoch, arrays: Object.fromEntries(kept.map(([name, shape, data]) => [name, { shape, data: Float32Array.from(data, (x) => x ?? NaN) }])) };
  }

  /** The arrays before the last change; at a past moment only if that moment comes after it. */
  at(moment = Infinity) {
    return this.before && moment > this.before.epoch ? this.before.arrays : undefined;
  }
}

// What was there before the last change of a strength: a chart may draw it as a faint outline, bound as "ghost:<array>".
const GESTURE = 1000; // ms; changes that follow one another as fast are one movement of the hand

export class Ghost {
  /** Take note of a live snapshot {arrays, meta}. */
  follow({ arrays, meta }) {
    const now = { arrays, epoch: meta.epoch, run: meta.n_begun, strengths: JSON.stringify(meta.strengths) };
    const { last } = this;
    this.last = now;
    if (!last) return;
    if (now.run !== last.run || now.epoch < last.epoch) this.before = undefined; // another run
    else if (now.strengths !== last.strengths) this.keep(last);
  }

  /** The snapshot before a change; of one movement of the hand, that before its first. */
  keep(last) {
    const time = performance.now();
    if (last.epoch > 0 && time - (this.changed ?? -Infinity) > GESTURE) this.before = last;
    this.changed = time;
  }

  /** The arrays before the last change; at a past moment only if that moment comes after it. */
  at(moment = Infinity) {
    return this.before && moment > this.before.epoch ? this.before.arrays : undefined;
  }
}

// Sliders that pick from what is in memory: a stop of a scrub axis, or a past moment. The server is never asked.
import { helpMark, make, write } from "./dom.js";
import { say } from "./words.js";

/** Runs a callback once per animation frame, however often it is called. */
function perFrame(callback) {
  let frame;
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      callback();
    });
  };
}

/** One scrub axis: {name, label, values, texts, index, help, positions, answers}; `onMove()` while it moves, `onRest()` after. */
export class Scrub {
  constructor(axis, id, onMove, onRest) {
    this.axis = axis;
    this.places = axis.positions ?? axis.values;
    this.onMove = perFrame(onMove);
    this.onRest = onRest;
    this.range = make("input", {
      type: "range", id, min: 0, max: axis.values.length - 1, step: 1, oninput: () => this.moved(), onchange: () => this.onRest(),
    });
    this.text = make("output", { for: id });
    this.answers = (axis.answers ?? []).map((text, i) =>
      make("button", { type: "button", class: "lab-toggle lab-answer", disabled: "", text, onclick: () => this.jump(this.found[i]) }));
    this.element = make("div", { class: "lab-scrub", "data-scrub": axis.name },
      make("label", { for: id, text: axis.label }), helpMark(axis.help), this.range, this.text,
      ...(this.answers.length ? [make("span", { class: "lab-toggles" }, ...this.answers)] : []));
    this.show(axis.index);
  }

  /** The stops that answer the page's question, null while they are not known; when a run ends the first is shown, unless a hand was here. */
  hear(found, isOver) {
    this.found = found;
    this.answers.forEach((button, i) => { button.disabled = !(found?.[i] >= 0); });
    this.wasGoing ||= !isOver;
    if (!isOver || !this.wasGoing || this.isTouched || !(found?.[0] >= 0)) return;
    this.jump(found[0]);
  }

  get place() {
    return this.places[this.index];
  }

  show(index) {
    this.index = Math.min(Math.max(0, index), this.axis.values.length - 1);
    this.range.value = this.index;
    const text = this.axis.texts[this.index];
    write(this.text, text);
    this.range.setAttribute("aria-valuetext", text);
  }

  moved() {
    this.isTouched = true;
    this.show(Number(this.range.value));
    this.onMove();
  }

  /** Set by a click in a chart, or by an answer. */
  jump(index) {
    this.isTouched = true;
    if (index < 0 || index === this.index) return;
    this.show(index);
    this.onMove();
    this.onRest();
  }
}

const UNKNOWN = 200; // stops of a slider over moments that have not come yet: where it is let go, it stays

/** Moments by epoch, each epoch once. */
function inOrder(moments) {
  const byEpoch = new Map(moments.map((one) => [one.meta.epoch, one]));
  return [...byEpoch.values()].sort((a, b) => a.meta.epoch - b.meta.epoch);
}

/**
 * The slider over the past: a stop for each moment, and the present at its right end. `ask()` for moments when touched,
 * `onMove()` while it moves, `onRest()` after, `onLive()` to return.
 */
export class Rewind {
  constructor(id, { ask, onMove, onRest, onLive }) {
    this.frames = [];
    this.version = -1;
    this.onMove = perFrame(() => this.isBack && onMove());
    this.onLive = onLive;
    this.range = make("input", { type: "range", id, min: 0, max: UNKNOWN, step: 1, value: UNKNOWN, oninput: () => this.moved(), onchange: onRest });
    for (const event of ["pointerdown", "focus", "keydown"]) this.range.addEventListener(event, ask);
    this.text = make("output", { for: id });
    this.live = make("button", { type: "button", class: "lab-button", title: say("live_help"), text: say("live"), disabled: "", onclick: onLive });
    this.element = make("div", { class: "lab-rewind" }, make("label", { for: id, text: say("rewind") }), this.range, this.text, this.live);
  }

  /** Whether a past moment is shown. */
  get isBack() {
    return !this.live.disabled;
  }

  /** The picked moment {meta, arrays}, or undefined. */
  get frame() {
    return this.isBack ? this.frames[Math.min(Math.round(this.share() * this.frames.length), this.frames.length - 1)] : undefined;
  }

  share() {
    return Number(this.range.value) / Number(this.range.max);
  }

  moved() {
    if (this.share() === 1) return this.onLive();
    this.wanted = this.frames.length > 1 ? undefined : this.share(); // of a past that has not come yet, or only its first moment
    this.live.disabled = false;
    this.onMove();
  }

  /** Show the moment of an epoch, if it has come; returns whether it has. */
  goTo(epoch) {
    const index = this.frames.findIndex(({ meta }) => meta.epoch === epoch);
    if (index < 0) return false;
    this.range.value = index;
    this.wanted = undefined;
    this.live.disabled = false;
    return true;
  }

  /** One moment back or on, by a key of the page. */
  step(by) {
    this.range.focus();
    const most = Number(this.range.max), stride = this.frames.length ? Math.max(1, Math.round(most / 50)) : most / 5;
    this.range.value = Math.min(most, Math.max(0, Number(this.range.value) + by * stride));
    this.moved();
  }

  /** Add newer moments; those go that the run has thinned out since, as the numbers `kept` tell, but for the one that is shown. */
  add(version, moments, kept) {
    const { frame } = this;
    const numbers = kept && new Set(kept);
    this.version = version;
    this.frames = inOrder([...this.frames, ...moments].filter((one) => one === frame || !numbers || numbers.has(one.number)));
    const present = this.frames.length;
    if (!present) return;
    const share = this.wanted ?? this.share();
    const nearest = this.isBack ? Math.min(Math.round(share * present), present - 1) : present;
    const position = frame && this.wanted === undefined ? this.frames.findIndex((one) => one.meta.epoch === frame.meta.epoch) : nearest;
    this.range.max = present;
    this.range.value = position;
    if (present > 1) this.wanted = undefined;
  }

  show(text) {
    write(this.text, text);
    this.range.setAttribute("aria-valuetext", text);
  }

  /** Return to the present. */
  rest() {
    this.range.value = this.range.max;
    this.wanted = undefined;
    this.live.disabled = true;
  }

  forget() {
    const share = this.wanted ?? this.share();
    this.frames = [];
    this.version = -1;
    this.range.max = UNKNOWN;
    this.range.value = Math.round(share * UNKNOWN);
  }
}

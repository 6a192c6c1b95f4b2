// Live controls: native buttons and sliders with an exact field beside each.
import { helpMark, make, write } from "./dom.js";
import { say as sentence } from "./words.js";

const STEPS = 1000;
const LOG0_MIN = 1e-5;
const ECHO_WAIT = 2000;
const KEYS_REST = 600; // ms without a key after which a burst of arrow presses has ended

/** Three digits; small numbers as 1.5e-5. */
function shorten(value) {
  const rounded = Number(Number(value).toPrecision(3));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

/** Slider position 0…STEPS ↔ value. "log0": 0 at the very left, then logarithmic. */
function scaleOf({ scale, min, max }) {
  if (scale === "linear") {
    return { value: (p) => min + (p / STEPS) * (max - min), position: (v) => (STEPS * (v - min)) / (max - min) };
  }
  const low = min > 0 ? min : LOG0_MIN;
  const decades = Math.log10(max / low);
  const value = (p) => low * 10 ** ((p / STEPS) * decades);
  const position = (v) => (STEPS * Math.log10(v / low)) / decades;
  if (scale === "log") return { value, position };
  return { value: (p) => (p <= 0 ? 0 : value(p)), position: (v) => (v <= 0 ? 0 : Math.max(1, position(v))) };
}

let lastGesture = 0;
/** The number of a new gesture: a drag, a burst of arrow presses, a typed number, a press. It grows over reloads too. */
export function nextGesture() {
  lastGesture = Math.max(lastGesture + 1, Date.now());
  return lastGesture;
}

/** Light the part of the formulas that shows a setting, or none; the page's own style knows where it stands. */
function lightTerm(name) {
  const { dataset } = document.documentElement;
  if (name) dataset.labTerm = name;
  else delete dataset.labTerm;
}

/** A labelled slider; `onInput(control, value, gesture)` while it moves, `onCommit(key, value, gesture)` when it rests, `say(text)` what was not taken. */
export class Slider {
  constructor(control, id, onInput, onCommit, say) {
    this.control = control;
    this.say = say;
    this.scale = scaleOf(control);
    this.onInput = onInput;
    this.onCommit = onCommit;
    this.range = make("input", {
      type: "range", id, min: 0, max: STEPS, step: 1,
      oninput: () => this.moved(this.scale.value(Number(this.range.value))), onchange: () => this.released(),
      onkeydown: () => { this.byKeys = true; }, onpointerdown: () => { this.byKeys = false; }, onblur: () => this.end(),
    });
    this.field = make("input", {
      type: "number", step: "any", min: control.scale === "log0" ? 0 : control.min, max: control.max,
      "aria-label": sentence("exact", { label: control.label }),
      oninput: () => { this.isTyping = true; }, onchange: () => this.typed(), onblur: () => this.left(),
    });
    this.element = make("div", { class: "lab-slider", "data-control": control.key },
      make("label", { for: id, text: control.label }), helpMark(control.help), this.field, this.range);
    for (const kind of ["pointerenter", "focusin"]) this.element.addEventListener(kind, () => lightTerm(control.name));
    for (const kind of ["pointerleave", "focusout"]) this.element.addEventListener(kind, () => this.dark());
    this.show(control.value);
  }

  /** The hand has left, by pointer or by keys; it is still here while the other is. */
  dark() {
    if (!this.element.matches(":hover, :focus-within")) lightTerm();
  }

  show(value) {
    this.value = value;
    this.range.value = Math.min(STEPS, Math.max(0, Math.round(this.scale.position(value))));
    this.field.value = shorten(value);
    this.range.setAttribute("aria-valuetext", shorten(value));
  }

  /** The value the server reports; it waits while the user is at it or an own value is under way. */
  follow(value) {
    if (value === undefined || value === null) return;
    this.reported = value;
    const wait = (this.settled ?? 0) - performance.now();
    clearTimeout(this.later);
    if (this.gesture || this.isTyping) return;
    if (wait > 0) this.later = setTimeout(() => this.follow(this.reported), wait);
    else if (value !== this.value) this.show(value);
  }

  /** The page's word, which it gives after it has heard of the hand: nothing of one's own is under way any more. */
  obey(value) {
    this.settled = 0;
    this.follow(value);
  }

  moved(value) {
    this.gesture ??= nextGesture();
    clearTimeout(this.rest);
    this.value = Number(shorten(value));
    this.field.value = shorten(value);
    this.range.setAttribute("aria-valuetext", shorten(value));
    this.frame ??= requestAnimationFrame(() => this.send());
  }

  send() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.onInput(this.control, this.value, this.gesture);
  }

  /** A pointer has let go, or a key has moved it: more presses may follow, and are the same gesture. */
  released() {
    if (this.byKeys) this.rest = setTimeout(() => this.end(), KEYS_REST);
    else this.end();
  }

  /** The gesture is over: the page is told. */
  end() {
    if (!this.gesture) return;
    clearTimeout(this.rest);
    if (this.frame) this.send();
    const { gesture } = this;
    this.gesture = undefined;
    this.settled = performance.now() + ECHO_WAIT;
    this.follow(this.reported);
    this.onCommit(this.control.key, this.value, gesture);
  }

  /** One step by a key of the page, as an arrow key on the slider itself takes it. */
  nudge(step) {
    this.byKeys = true;
    this.range.value = Number(this.range.value) + step * (STEPS / 50);
    this.moved(this.scale.value(Number(this.range.value)));
    this.released();
  }

  typed() {
    const { scale, min, max } = this.control;
    const low = scale === "log0" ? 0 : min;
    const asked = this.field.value === "" ? this.value : Number(this.field.value);
    const value = Math.min(max, Math.max(low, asked));
    this.end(); // arrow presses just before
    this.isTyping = false;
    this.gesture = nextGesture();
    this.show(value);
    this.send();
    this.end();
    if (asked !== value) this.say(sentence("outside_slider", { label: this.control.label, low: shorten(low), high: shorten(max), asked: shorten(asked), value: shorten(value) }));
  }

  /** The field is left; what was typed and taken back is none of its business any more. */
  left() {
    this.isTyping = false;
    this.field.value = shorten(this.value);
    this.follow(this.reported);
  }
}

/** Run/Pause, Step, Reset, New start. */
export class Buttons {
  constructor(send) {
    this.send = send;
    this.list = {
      run: this.button(sentence("run"), sentence("run_help"), () => send({ type: this.running ? "pause" : "run" })),
      step: this.button(sentence("step"), sentence("step_help"), () => send({ type: "step" })),
      reset: this.button(sentence("reset"), sentence("reset_help"), () => send({ type: "reset" })),
      reseed: this.button(sentence("reseed"), sentence("reseed_help"), () => send({ type: "reseed", seed: (this.seed ?? 0) + 1, gesture: nextGesture() })),
    };
    this.list.run.classList.add("lab-primary");
    this.element = make("div", { class: "lab-buttons", role: "group", "aria-label": sentence("training") }, ...Object.values(this.list));
  }

  button(text, title, onclick) {
    return make("button", { type: "button", class: "lab-button", title, text, onclick });
  }

  /** Show the buttons of these names only. */
  offer(names) {
    for (const [name, button] of Object.entries(this.list)) button.hidden = !names.includes(name);
  }

  show({ state, seed, can_go_on = true }) {
    this.seed = seed;
    this.running = state === "running";
    const ended = sentence(can_go_on ? "run_on" : "done");
    write(this.list.run, this.running ? sentence("pause") : state === "finished" ? ended : sentence("run"));
    this.list.run.title = sentence(this.running ? "pause_help" : "run_help");
    this.list.run.disabled = !can_go_on;
    this.list.step.disabled = this.running || !can_go_on;
  }
}

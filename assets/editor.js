// Points by hand: click adds, drag moves, right click, long press or Delete removes; a brush, undo, and all of it by keys.
import { nextGesture } from "./controls.js";
import { make, write } from "./dom.js";
import { swatch } from "./legend.js";
import { arraysOf, pack, unpack } from "./points.js";

const REACH = 10; // px from a point within which the mouse means it
const FINGER = 22;
const SLACK = 6; // px that a hand may tremble
const LONG = 550; // ms
const SEND_EVERY = 45; // ms
const ECHO_WAIT = 2000; // ms after which the run's word counts, whatever was sent
const DAB = 4; // points of the brush at once
const BRUSH_STEP = 9; // px between further ones
const BRUSH_EVERY = 90; // ms between further ones where the hand stands still
const SPREAD = 0.03; // standard deviation of the brush, as a share of the chart's width
const MOST_UNDONE = 100;
const DIGIT = /^[1-4]$/;

/** A number drawn from the standard normal distribution (Box and Muller 1958). */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const isInside = (value, [low, high]) => value >= low && value <= high;

export class Editor {
  /** words: from Python. on: {send(text, gesture), commit(text, gesture), redraw(), live(), say(text)}. */
  constructor(words, on) {
    Object.assign(this, { words, on, text: "", points: [], label: 0, isVal: false, past: [], future: [], at: [0, 0] });
    const button = (name, onclick, more = {}) => make("button", { type: "button", class: "lab-toggle", "data-edit": name, title: words[`${name}_help`], "aria-label": words[`${name}_name`], text: words[name], onclick, ...more });
    this.classes = make("span", { class: "lab-edit-group", role: "group", "aria-label": words.classes });
    this.parts = { train: button("train", () => this.choosePart(false)), val: button("val", () => this.choosePart(true)) };
    this.brush = button("brush", () => this.flipBrush(), { "aria-pressed": "false" });
    this.undoButton = button("undo", () => this.undo());
    this.redoButton = button("redo", () => this.redo());
    this.clearButton = button("clear", () => this.change([]));
    this.count = make("output", { class: "lab-edit-count" });
    this.voice = make("span", { class: "lab-edit-voice", role: "status" });
    this.bar = make("div", { class: "lab-edit-bar", role: "toolbar", "aria-label": words.bar },
      this.classes, make("span", { class: "lab-edit-group", role: "group", "aria-label": words.parts }, ...Object.values(this.parts)),
      this.brush, this.undoButton, this.redoButton, this.clearButton, this.count, this.voice);
    this.cursor = make("div", { class: "lab-edit-cursor", hidden: "", "aria-hidden": "true" });
    this.choosePart(false);
  }

  /** Work on this chart, whose figure says what its canvas is; on none where it is undefined. */
  attach(chart) {
    this.release?.abort();
    this.endGesture(true);
    this.chart = chart;
    if (!chart) return;
    this.edit = chart.about.edit;
    this.showClasses();
    chart.card.classList.add("lab-edited");
    chart.card.querySelector("h3").after(this.bar);
    chart.plot.parentElement.append(this.cursor);
    chart.plot.setAttribute("tabindex", "0");
    chart.plot.setAttribute("role", "application");
    chart.plot.setAttribute("aria-roledescription", this.words.canvas);
    this.listen(chart.plot);
    this.show();
  }

  listen(plot) {
    const { signal } = (this.release = new AbortController());
    const listen = (target, name, heard, more) => target.addEventListener(name, heard, { signal, ...more });
    listen(plot, "pointerdown", (event) => this.down(event), { capture: true });
    listen(plot, "pointermove", (event) => { this.hover = event; }, { capture: true });
    listen(plot, "pointerleave", () => { this.hover = undefined; });
    listen(plot, "contextmenu", (event) => event.preventDefault(), { capture: true });
    listen(plot, "touchstart", (event) => this.holdPage(event), { passive: false, capture: true });
    listen(plot, "keydown", (event) => this.key(event));
    listen(plot, "focus", () => this.focused());
    listen(plot, "blur", () => {
      this.cursor.hidden = true;
      plot.classList.remove("lab-by-pointer");
    });
    listen(window, "pointermove", (event) => this.moved(event), { capture: true });
    listen(window, "pointerup", (event) => this.up(event), { capture: true });
    listen(window, "pointercancel", () => this.cancel(), { capture: true });
    listen(window, "keydown", (event) => this.pageKey(event), { capture: true });
    listen(window, "resize", () => this.placeCursor());
  }

  // What is drawn

  get nClasses() {
    return this.edit?.classes.length ?? 0;
  }

  /** The arrays of the points as the hand has them, or of another text: those of a past moment. */
  arrays(text) {
    if (!this.chart) return {};
    return arraysOf(text === undefined ? this.points : unpack(text), this.nClasses);
  }

  /** The run's word on its points; what the hand does or has just sent comes first. */
  hear(text) {
    if (text === undefined || !this.chart) return;
    if (text === this.waiting) this.waiting = undefined;
    const isUnderWay = this.gesture || (this.waiting !== undefined && performance.now() - this.sentAt < ECHO_WAIT);
    if (isUnderWay || text === this.text) return;
    this.waiting = undefined;
    if (this.isKnown) this.remember();
    this.isKnown = true;
    this.take(unpack(text));
  }

  /** Another run: what was drawn for the old one is gone. */
  forget() {
    this.endGesture(true);
    Object.assign(this, { past: [], future: [], waiting: undefined, isKnown: false });
    this.take([]);
  }

  take(points) {
    this.points = points;
    this.text = pack(points);
    this.show();
  }

  show() {
    const nVal = this.points.filter(({ isVal }) => isVal).length;
    const most = this.edit?.n_most ?? 0;
    write(this.count, this.words.count.replace("{train}", this.points.length - nVal).replace("{val}", nVal));
    this.count.title = this.words.count_help.replace("{most}", most);
    this.undoButton.disabled = !this.past.length;
    this.redoButton.disabled = !this.future.length;
    this.clearButton.disabled = !this.points.length;
  }

  showClasses() {
    this.label = Math.min(this.label, Math.max(0, this.nClasses - 1));
    this.classes.replaceChildren(...this.edit.classes.map((one, c) => {
      const button = make("button", {
        type: "button", class: "lab-toggle lab-edit-class", "aria-pressed": String(c === this.label), "aria-label": one.name,
        title: this.words.class_help.replace("{name}", one.name).replace("{key}", c + 1), onclick: () => this.chooseClass(c),
      });
      button.append(swatch({ color: one.color, symbol: one.symbol }), String(c + 1));
      return button;
    }));
    this.classes.hidden = !this.nClasses;
  }

  chooseClass(c) {
    if (c >= this.nClasses) return;
    this.label = c;
    [...this.classes.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === c)));
  }

  choosePart(isVal) {
    this.isVal = isVal;
    this.parts.train.setAttribute("aria-pressed", String(!isVal));
    this.parts.val.setAttribute("aria-pressed", String(isVal));
  }

  flipBrush() {
    this.isBrush = !this.isBrush;
    this.brush.setAttribute("aria-pressed", String(this.isBrush));
  }

  // Changes

  /** A change that is a gesture by itself. */
  change(points) {
    this.beginGesture();
    this.put(points);
    this.endGesture();
  }

  beginGesture() {
    this.endGesture();
    this.on.live();
    this.gesture = nextGesture();
    this.before = this.text;
  }

  /** Other points, in the midst of a gesture: drawn at once, and sent as often as the line can carry. */
  put(points) {
    this.take(points);
    this.on.redraw();
    const wait = SEND_EVERY - (performance.now() - (this.sentAt ?? -Infinity));
    if (wait <= 0) this.send();
    else this.timer ??= setTimeout(() => this.send(), wait);
  }

  send() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sentAt = performance.now();
    if (this.text === this.sent && this.waiting === undefined) return;
    this.sent = this.waiting = this.text;
    this.on.send(this.text, this.gesture);
  }

  /** The gesture is over: it can be undone as one, and the page is told. */
  endGesture(isLost = false) {
    clearInterval(this.brushing);
    clearTimeout(this.pressing);
    this.held = undefined;
    if (!this.gesture) return;
    if (isLost) clearTimeout(this.timer);
    else if (this.timer) this.send();
    this.timer = undefined;
    if (!isLost && this.text !== this.before) {
      this.remember(this.before);
      this.on.commit(this.text, this.gesture);
    }
    this.gesture = undefined;
    this.show();
  }

  remember(text = this.text) {
    this.past = [...this.past.slice(1 - MOST_UNDONE), text];
    this.future = [];
  }

  undo() {
    this.step(this.past, this.future, this.words.undone);
  }

  redo() {
    this.step(this.future, this.past, this.words.redone);
  }

  step(from, to, words) {
    if (!from.length) return;
    const [text, now] = [from.pop(), this.text];
    to.push(now);
    this.beginGesture();
    this.before = text; // not to be undone a second time
    this.put(unpack(text));
    this.on.commit(this.text, this.gesture);
    this.endGesture();
    write(this.voice, words);
  }

  add(x, y) {
    if (this.points.length >= this.edit.n_most) {
      this.on.say(this.words.full.replace("{most}", this.edit.n_most));
      return false;
    }
    this.put([...this.points, { ...this.within(x, y), label: this.nClasses ? this.label : 0, isVal: this.isVal }]);
    return true;
  }

  /** Points scattered around a place; whether there was room for all. */
  dab(x, y, n) {
    const [across, up] = this.spans().map(([low, high]) => SPREAD * (high - low));
    for (let i = 0; i < n; i++) if (!this.add(x + across * normal(), y + up * normal())) return false;
    return true;
  }

  /** A place on the canvas, in three decimals, inside what the chart shows. */
  within(x, y) {
    const [across, up] = this.spans().map(([low, high], i) => [Math.max(low, -this.edit.reach[i]), Math.min(high, this.edit.reach[i])]);
    const fit = (value, [low, high]) => Math.round(1000 * Math.min(high, Math.max(low, value))) / 1000;
    return { x: fit(x, across), y: fit(y, up) };
  }

  // Places

  get layout() {
    return this.chart.plot._fullLayout;
  }

  spans() {
    return [this.layout.xaxis.range, this.layout.yaxis.range];
  }

  /** Pixels from the plot's corner of a pointer, and its place in x and y; undefined outside the axes. */
  placeOf({ clientX, clientY }) {
    const { xaxis, yaxis } = this.layout;
    const box = this.chart.plot.getBoundingClientRect();
    const [px, py] = [clientX - box.left - xaxis._offset, clientY - box.top - yaxis._offset];
    const isOn = isInside(px, [0, xaxis._length]) && isInside(py, [0, yaxis._length]);
    return { px, py, x: xaxis.p2d(px), y: yaxis.p2d(py), isOn };
  }

  /** The number of the point nearest to a place, -1 where none is as near as `most` pixels. */
  hit({ px, py }, most) {
    const { xaxis, yaxis } = this.layout;
    let [nearest, least] = [-1, most];
    this.points.forEach(({ x, y, label }, i) => {
      if (this.nClasses && label >= this.nClasses) return;
      const distance = Math.hypot(xaxis.d2p(x) - px, yaxis.d2p(y) - py);
      if (distance <= least) [nearest, least] = [i, distance];
    });
    return nearest;
  }

  // Mouse and fingers

  reachOf = ({ pointerType }) => (pointerType === "mouse" ? REACH : FINGER);

  /** A finger on a point, or with the brush, draws; elsewhere it scrolls the page. */
  holdPage(event) {
    if (!this.chart.built || event.touches.length > 1) return;
    const place = this.placeOf(event.touches[0]);
    if (place.isOn && (this.isBrush || this.hit(place, FINGER) >= 0)) event.preventDefault();
  }

  down(event) {
    if (!this.chart.built || !event.isPrimary || this.held) return;
    const place = this.placeOf(event);
    if (!place.isOn) return;
    this.chart.plot.classList.add("lab-by-pointer");
    this.chart.plot.focus({ preventScroll: true });
    this.cursor.hidden = true;
    this.on.live();
    const hit = this.hit(place, this.reachOf(event));
    if (event.button === 2) return this.remove(hit);
    if (event.button !== 0) return;
    this.held = { hit, from: event, place, isDrag: false, offset: hit < 0 ? undefined : { x: this.points[hit].x - place.x, y: this.points[hit].y - place.y } };
    if (this.isBrush) return this.beginBrush(place);
    if (event.pointerType !== "mouse" && hit >= 0) this.pressing = setTimeout(() => this.longPress(), LONG);
  }

  beginBrush(place) {
    const { held } = this;
    this.beginGesture();
    this.held = { ...held, isBrush: true, last: place };
    this.dab(place.x, place.y, DAB);
    this.brushing = setInterval(() => this.dab(this.held.last.x, this.held.last.y, 1), BRUSH_EVERY);
  }

  longPress() {
    const { hit } = this.held ?? {};
    this.held = { done: true };
    this.remove(hit);
    this.held = { done: true };
  }

  moved(event) {
    const { held } = this;
    if (!held || held.done || !event.isPrimary) return;
    const place = this.placeOf(event);
    if (held.isBrush) {
      return this.stroke(held, place);
    }
    if (!held.isDrag && Math.hypot(event.clientX - held.from.clientX, event.clientY - held.from.clientY) < SLACK) return;
    clearTimeout(this.pressing);
    if (held.hit < 0) {
      held.isDrag = true; // no point was meant: a drag over the empty chart does nothing
      return;
    }
    if (!held.isDrag) {
      this.beginGesture();
      this.held = { ...held, isDrag: true };
    }
    const { hit, offset } = held;
    this.put(this.points.map((point, i) => (i === hit ? { ...point, ...this.within(place.x + offset.x, place.y + offset.y) } : point)));
  }

  up(event) {
    const { held } = this;
    if (!held || !event.isPrimary) return;
    const isClick = !held.done && !held.isBrush && !held.isDrag;
    clearTimeout(this.pressing);
    if (isClick && held.hit < 0) {
      this.beginGesture();
      if (this.add(held.place.x, held.place.y)) this.tell(this.words.added);
    }
    this.endGesture();
    this.held = undefined;
  }

  /** The browser has taken the finger for itself, to scroll. */
  cancel() {
    this.endGesture();
    this.held = undefined;
  }

  /** The brush has gone on: points along its way, however fast it went. */
  stroke(held, place) {
    const { px, py, x, y } = held.last;
    const n = Math.floor(Math.hypot(place.px - px, place.py - py) / BRUSH_STEP);
    if (!place.isOn || n === 0) return;
    held.last = place;
    for (let i = 1; i <= n; i++) if (!this.dab(x + ((place.x - x) * i) / n, y + ((place.y - y) * i) / n, 1)) return;
  }

  remove(hit) {
    if (!(hit >= 0)) return;
    const { x, y } = this.points[hit];
    this.at = [x, y];
    this.change(this.points.filter((_, i) => i !== hit));
    this.tell(this.words.removed);
  }

  // Keys

  /** The keys of the page that mean the point under the mouse: a class, Delete. */
  pageKey(event) {
    const { key, target } = event;
    const isTyping = target.matches?.("input, textarea, select, [contenteditable=true]");
    if (!this.hover || isTyping || target === this.chart.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (DIGIT.test(key) && Number(key) <= this.nClasses) this.chooseClass(Number(key) - 1);
    else if (key === "Delete") this.remove(this.hit(this.placeOf(this.hover), REACH));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whoever comes by the keys sees where their cursor is. */
  focused() {
    if (this.chart.plot.classList.contains("lab-by-pointer")) return;
    this.moveCursor([0, 0], 0);
  }

  key(event) {
    this.chart.plot.classList.remove("lab-by-pointer");
    if (!this.chart.built || event.altKey) return;
    const { key, shiftKey } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    if (isCommand && key.toLowerCase() === "z") (shiftKey ? this.redo() : this.undo());
    else if (isCommand && key.toLowerCase() === "y") this.redo();
    else if (isCommand) return;
    else if (move) this.moveCursor(move, shiftKey ? 5 : 1);
    else if (key === "Enter") this.enter();
    else if (key === "Delete" || key === "Backspace") this.remove(this.pointed());
    else if (DIGIT.test(key) && this.nClasses) this.chooseClass(Number(key) - 1);
    else if (key === "t" || key === "v") this.choosePart(key === "v");
    else if (key === "b") this.flipBrush();
    else if (key === "Escape") this.chart.plot.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The point that Delete means: under the cursor of the keys, or under the mouse. */
  pointed() {
    if (this.cursor.hidden) return this.hover ? this.hit(this.placeOf(this.hover), REACH) : -1;
    const { xaxis, yaxis } = this.layout;
    return this.hit({ px: xaxis.d2p(this.at[0]), py: yaxis.d2p(this.at[1]) }, REACH);
  }

  /** The cursor goes by steps of a grid, and stays on what the chart shows. */
  moveCursor(move, times) {
    if (!this.chart.built) return;
    const { step } = this.edit;
    const [x, y] = this.at.map((value, i) => Math.round(value / step[i] + (this.cursor.hidden ? 0 : times * move[i])) * step[i]);
    const place = this.within(x, y);
    this.at = [place.x, place.y];
    this.cursor.hidden = false;
    this.placeCursor();
    this.tell(this.words.cursor);
  }

  enter() {
    if (this.cursor.hidden) return this.moveCursor([0, 0], 0);
    this.beginGesture();
    if (this.isBrush) this.dab(...this.at, DAB);
    else if (this.add(...this.at)) this.tell(this.words.added);
    this.endGesture();
  }

  placeCursor() {
    if (this.cursor.hidden || !this.chart?.built) return;
    const { xaxis, yaxis } = this.layout;
    const { offsetLeft, offsetTop } = this.chart.plot;
    this.cursor.style.left = `${offsetLeft + xaxis._offset + xaxis.d2p(this.at[0])}px`;
    this.cursor.style.top = `${offsetTop + yaxis._offset + yaxis.d2p(this.at[1])}px`;
  }

  tell(words) {
    const last = this.points.at(-1) ?? { x: 0, y: 0 };
    const [x, y] = words === this.words.added ? [last.x, last.y] : this.at;
    write(this.voice, words.replace("{x}", x).replace("{y}", y).replace("{n}", this.points.length));
  }

  destroy() {
    this.release?.abort();
    this.endGesture(true);
  }
}

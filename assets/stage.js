// The stage: shows figures made in Python and keeps them live from a stream of named arrays.
import { showAddress } from "./address.js";
import { factsOf } from "./bindings.js";
import { Chart } from "./chart.js";
import { Buttons, nextGesture, Slider } from "./controls.js";
import { make } from "./dom.js";
import { Editor } from "./editor.js";
import { Facts } from "./facts.js";
import { Ghost } from "./ghost.js";
import { Hero } from "./hero.js";
import { legend } from "./legend.js";
import { loadPlotly, loadStyle } from "./load.js";
import { Line } from "./line.js";
import { PaceChoice } from "./pace.js";
import { Painter } from "./painter.js";
import { hintAt, Opening } from "./player.js";
import { Rewind, Scrub } from "./scrub.js";
import { Sheet } from "./sheet.js";
import { StopChoice } from "./stop.js";
import { row } from "./stream.js";
import { StudyLayout } from "./study.js";
import { learn, number, say } from "./words.js";

const stages = new WeakMap();
const ASK_EVERY = 500;
const DRAW_EVERY = 50; // ms between a drawn snapshot and the wish for the next: the rest of the time is for training
const HELD = 300; // ms after the last move of a strength for which the hand counts as there: it waits to see what it does
const ALL_EVERY = 200; // ms between drawings of what is costly meanwhile: the large chart comes first
const TELL_EVERY = 3000; // ms after which what the hand did is told again, unless the page has said that it heard
const TELL_TIMES = 5;
const OPENING = 50; // ms that the first chart waits for the line to open: what it brings is made meanwhile
const FIRST_PICTURE = 250; // ms that the second chart waits for the first picture of the first
const NO_SCRUB = {};
// For tests and measurements: what is on screen.
const counters = (window.overfitLab ??= {
  draws: 0, lastVersion: -1, lastEpoch: 0, frames: 0, connected: false, shownEpoch: 0, strengths: {}, picked: {}, sent: 0,
});
/** Leave the processor to the page until something is so, or so long (ms). */
async function until(isSo, ms) {
  for (const end = performance.now() + ms; !isSo() && performance.now() < end;) await new Promise((done) => setTimeout(done, 4));
}

/** A list of controls without what changes by use, to see whether it must be built anew. */
const shapeOf = (list) => JSON.stringify(list?.map(({ value, index, ...rest }) => rest));

/** Whether the browser is at this page, "" where that cannot be told. */
const isAt = (page) => !page || location.pathname.endsWith(`/${page}`);

class Stage {
  constructor(component) {
    this.parent = component.parentElement;
    this.id = `lab-${Math.random().toString(36).slice(2, 8)}`;
    this.buttons = new Buttons((message) => this.command(message));
    this.facts = new Facts((messages) => this.cure(messages));
    this.painter = new Painter();
    this.rewind = new Rewind(`${this.id}-rewind`, {
      ask: () => this.askFrames(), onMove: () => this.paint(true), onRest: () => this.commitScrubs(), onLive: () => this.goLive(),
    });
    this.sliders = make("div", { class: "lab-sliders" });
    this.scrubBar = make("div", { class: "lab-scrubs" });
    this.grid = make("div", { class: "lab-grid" });
    this.pace = new PaceChoice(`${this.id}-pace`, (pace, gesture) => this.give({ type: "pace", pace }, pace, gesture), (text) => this.facts.say(text));
    this.stop = new StopChoice(`${this.id}-stop`, (stop, gesture) => this.give({ type: "stop_at", ...stop }, stop, gesture), (text) => this.facts.say(text));
    this.pacing = make("div", { class: "lab-pacing" }, this.pace.element, this.stop.element);
    this.bar = make("div", { class: "lab-bar" }, this.buttons.element, this.pacing, this.rewind.element);
    this.root = make("div", { class: "lab-stage" });
    if (!component.data.hero) this.study = new StudyLayout(this.root, {
      status: this.facts.status, verdict: this.facts.place, grid: this.grid, bar: this.bar, scrubs: this.scrubBar, sliders: this.sliders, readouts: this.facts.readouts,
    });
    this.parent.append(this.root);
    this.line = new Line({
      started: () => this.forget(),
      message: (message) => (message.kind === "frames" ? this.addFrames(message) : this.schedule(message)),
      say: (text) => this.facts.say(text),
      connected: (is) => { counters.connected = is; },
      adopted: (job) => this.setState("job", job),
      lost: (job) => this.setTrigger("lost", job),
    });
    this.opening = new Opening({
      draw: (snapshot) => {
        this.buttons.show(snapshot.meta);
        this.paint();
      },
      send: (message) => this.line.send(message),
      onEnd: () => hintAt(this.controls.l2.element, this.data.hero.words.hint),
    });
    counters.isBehind = () => !this.live || this.painter.isBehind;
    this.charts = [];
    this.toggled = {};
    this.untold = {}; // {key: {value, gesture}}: what the hand set and the page has not said that it heard
    this.path = location.pathname;
    this.scrubs = NO_SCRUB;
  }

  /** New data from Python, or a change of theme. */
  update({ data, setStateValue, setTriggerValue }) {
    this.setState = setStateValue;
    this.setTrigger = setTriggerValue;
    const old = this.data ?? {};
    this.data = data;
    loadStyle(data.assets);
    if (data.hero) this.arrange(data.hero);
    if (data.drawing) this.editor ??= this.makeEditor(data.drawing.words);
    if (location.pathname === this.path && isAt(data.page)) showAddress(data.address); // Back and Forward may have gone on meanwhile
    this.untold = Object.fromEntries(Object.entries(this.untold).filter(([key, { gesture }]) => gesture > (data.heard?.[key] ?? 0)));
    this.updateSliders(old.controls, data.controls);
    this.updateScrubs(old.scrubs, data.scrubs ?? []);
    this.study?.sort(Boolean(data.scrubs?.length), data.controls.length > 0);
    this.facts.update(old, data);
    this.sortMinor(data);
    this.buttons.offer(data.buttons);
    this.pace.offer(data.paces);
    this.stop.offer(data.paces?.stops);
    this.rewind.element.hidden = !data.can_rewind;
    if (old.revision !== data.revision) this.buildCharts();
    else this.followTheme();
    if (old.socket !== data.socket || old.job_key !== data.job_key) this.line.follow(data.socket, data.job_key);
  }

  /** The layout of a page with one large chart and a dock. */
  arrange(hero) {
    const { status, readouts, place } = this.facts;
    const press = {
      run: () => { this.buttons.list.run.click(); },
      move: (step) => { this.rewind.step(step); },
      strength: (number, step) => { Object.values(this.controls)[number - 1]?.nudge(step); },
      resized: () => this.charts.length && this.buildCharts(),
    };
    const parts = {
      status, readouts, verdict: place, buttons: this.buttons.element, minorButtons: [this.buttons.list.step, this.buttons.list.reset], pace: this.pacing, rewind: this.rewind.element, sliders: this.sliders, grid: this.grid, press,
      say: (text) => this.facts.say(text), changes: () => this.live?.meta.link, onSized: () => this.charts.forEach((chart) => chart.resize?.()),
      onPresent: (on) => this.setTrigger("present", { on, gesture: nextGesture() }),
    };
    this.hero ??= new Hero(this.root, parts, hero.words, (key) => this.setTrigger("preset", { key, gesture: nextGesture() }));
    this.hero.update(hero);
    this.facts.isShort = true;
  }

  /** Where there is a dock, sliders and numbers that are looked at now and then stand in its fold. */
  sortMinor({ controls, readouts }) {
    if (!this.hero) return;
    const minor = new Set([...controls, ...readouts].filter((one) => one.is_minor).map((one) => one.key ?? one.name));
    this.hero.sort(Object.values(this.controls).map((slider) => slider.element), minor, this.sliders);
    this.hero.sort([...this.facts.items], minor, this.facts.readouts);
  }

  // Charts

  async buildCharts() {
    this.ghostly = [...new Set([...JSON.stringify(this.data.figures).matchAll(/"ghost:(\w+)/g)].map(([, name]) => name))];
    this.charts.forEach((chart) => chart.destroy());
    const charts = (this.charts = this.data.figures.map((figure) =>
      figure.layout.meta.is_table ? new Sheet(figure) : new Chart(figure, this.toggled, (name, axes, point) => this.pickAt(name, axes, point))));
    const listed = this.hero ? this.hero.place(charts) : charts;
    this.grid.replaceChildren(...listed.flatMap((chart, i) => [...heading(chart, listed[i - 1]), chart.card]));
    this.editor?.attach(charts.find(({ about }) => about.edit));
    if (this.data.drawing?.can_copy) this.offerCopy(charts.find(({ about }) => about.place === "hero"));
    this.painter.watch(charts);
    this.opening.watch(charts);
    this.colours = this.themeColours();
    if (this.live) this.paint();
    await loadPlotly(this.data.assets);
    await until(() => this.live || counters.connected, OPENING);
    for (const [i, chart] of charts.entries()) {
      if (charts !== this.charts || this.gone) return;
      await chart.build();
      this.stop.place(charts);
      await until(() => this.live || i > 0, FIRST_PICTURE); // it is worth more than the second chart
      await new Promise((done) => setTimeout(done, 0));
    }
  }

  /** The tools for points by hand; what they change is a command of its own, and a setting of the page. */
  makeEditor(words) {
    return new Editor(words, {
      send: (points, gesture) => {
        this.held = performance.now();
        this.command({ type: "points", points, gesture });
        this.askNext(this.line.stream);
      },
      commit: (value, gesture) => this.commit({ points: { value, gesture } }),
      redraw: () => { this.redrawing ??= requestAnimationFrame(() => this.redrawPoints()); },
      live: () => this.goLive(),
      say: (text) => this.facts.say(text),
    });
  }

  redrawPoints() {
    this.redrawing = undefined;
    if (this.live && !this.gone) this.editor.chart?.draw(this.view());
  }

  /** A button on the large chart that makes a copy of its points to draw on. */
  offerCopy(chart) {
    const { copy, copy_help: title } = this.data.drawing.words;
    chart?.card.querySelector(".lab-toggles").prepend(make("button", {
      type: "button", class: "lab-toggle", title, text: copy, onclick: () => this.setTrigger("copy", { gesture: nextGesture() }),
    }));
  }

  themeColours() {
    const style = getComputedStyle(this.root);
    return style.getPropertyValue("--st-text-color") + style.getPropertyValue("--st-background-color");
  }

  followTheme() {
    const colours = this.themeColours();
    if (colours === this.colours) return;
    this.colours = colours;
    this.charts.forEach((chart) => chart.retheme());
  }

  /** What is shown now: the live snapshot, or the picked moment over it. */
  view() {
    const { frame } = this.rewind;
    const { meta, arrays: sent } = this.opening.shown ?? this.live;
    const arrays = { ...sent, ...this.editor?.arrays(frame?.meta.points) };
    const common = { scrubs: this.scrubs, ghost: this.ghost.at(frame?.meta.epoch) };
    if (!frame) return { ...common, arrays, meta: factsOf(meta, this.scrubs) };
    const banner = frame.meta.epoch === meta.rewind_to ? meta.banner : null; // why the page shows the past by itself
    const then = { ...meta, members: undefined, ...frame.meta, banner, labels: { ...meta.labels, ...frame.meta.labels } };
    return { ...common, arrays: { ...arrays, ...frame.arrays }, meta: factsOf(then, this.scrubs), moment: frame.meta.epoch };
  }

  paint(hurried = false) {
    if (!this.live) return;
    const view = this.view();
    this.painter.paint(view, hurried);
    this.stop.place(this.charts);
    this.facts.show(view.meta);
    this.rewind.show(say("epoch", { epoch: number(view.meta.epoch ?? 0) }));
    Object.assign(counters, { draws: counters.draws + 1, shownEpoch: view.meta.epoch, frames: this.rewind.frames.length });
    for (const [name, scrub] of Object.entries(this.scrubs)) counters.picked[name] = scrub.index;
  }

  // Stream

  /** Another job: nothing of the old one is shown any more. */
  forget() {
    this.opening.end();
    this.rewind.forget();
    this.rewind.rest();
    this.ghost = undefined;
    this.live = undefined;
    this.editor?.forget();
  }

  /** Draw a snapshot with the next animation frame, then ask for the one after it; a hand that waits has it made meanwhile. */
  schedule(snapshot) {
    const { stream } = this.line;
    const isAsked = this.isHeld();
    if (isAsked) stream.ready();
    requestAnimationFrame(() => {
      if (this.gone || stream !== this.line.stream) return;
      this.show(snapshot);
      if (!isAsked) this.wish = setTimeout(() => this.askNext(stream), DRAW_EVERY);
    });
  }

  /** Wish for the next snapshot, at once where a hand waits to see what it does. */
  askNext(stream) {
    if (this.wish === undefined) return;
    clearTimeout(this.wish);
    this.wish = undefined;
    stream.ready();
  }

  show(snapshot) {
    const { meta, version } = snapshot;
    this.opening.hear(meta);
    if (!this.live) this.line.adopt();
    else if (meta.n_begun !== this.live.meta.n_begun) {
      this.rewind.forget();
      this.asked = undefined; // what was asked of the run before is no answer
    }
    this.live = snapshot;
    this.editor?.hear(meta.points);
    (this.ghost ??= new Ghost(this.line.job, this.ghostly)).follow(snapshot);
    this.opening.play(this.data.hero?.recording, meta);
    if (!this.opening.shown) this.buttons.show(meta);
    this.pace.show(meta);
    this.stop.show(meta);
    this.root.classList.toggle("lab-not-begun", !this.hero && meta.state === "paused" && !meta.epoch);
    for (const [key, slider] of Object.entries(this.controls)) slider.follow(meta.strengths?.[key]);
    for (const [name, found] of Object.entries(meta.answers ?? {})) this.scrubs[name]?.hear(found, meta.state === "finished");
    if (this.rewind.isBack && !this.rewind.frames.length) this.askFrames();
    this.followBack(meta);
    this.paintLive();
    this.tellState(meta.page_state ?? meta.state);
    Object.assign(counters, { lastVersion: version, lastEpoch: meta.epoch, connected: true, strengths: meta.strengths ?? {}, seed: meta.seed, points: meta.points });
  }

  /** Draw all charts; while a hand moves a strength only what is quick, and all of them now and then. */
  paintLive() {
    const now = performance.now(), isHurried = this.isHeld() && now - this.paintedAll < ALL_EVERY;
    if (!isHurried) this.paintedAll = now;
    this.paint(isHurried);
  }

  isHeld() {
    return performance.now() - (this.held ?? -Infinity) < HELD;
  }

  /** Tell Python, where it asks, that training began, stands still or has ended. */
  tellState(state) {
    if (!this.data.tells_state || state === this.told) return;
    this.told = state;
    this.setState("state", state);
  }

  command(message) {
    this.facts.say("");
    if (this.opening.touch(message)) return;
    if (this.live?.meta.state === "failed") return this.setTrigger("lost", this.line.job); // Python begins a new run
    this.goLive(); // what the hand does is done to the present, and has to be seen
    if (message.type === "reseed") this.setState("seed", { seed: { value: message.seed, gesture: message.gesture } });
    this.line.send(message);
    if (["set", "points"].includes(message.type) && this.isStandingStill()) this.facts.say(this.data.hero.words.press_run);
    counters.sent += 1;
  }

  /** Whether a strength that is set now shows nothing before Run is pressed. */
  isStandingStill() {
    const { state, epoch } = (this.opening.shown ?? this.live)?.meta ?? {};
    return this.hero && state === "paused" && epoch > 0;
  }

  // Rewind

  /** While a past moment is shown the server is not asked again: it thins its moments out as it trains on. */
  askFrames() {
    if (this.rewind.frame) return;
    this.opening.touch();
    const now = performance.now();
    if (now - (this.asked ?? -Infinity) < ASK_EVERY) return;
    this.asked = now;
    this.pieces = [];
    this.line.send({ type: "frames", after: this.rewind.version });
  }

  /** A run that stopped past its lowest validation loss is shown at it. The hand may go elsewhere from there. */
  followBack({ rewind_to: epoch, n_begun: run }) {
    const told = epoch === null || epoch === undefined ? undefined : `${run} ${epoch}`;
    if (told === this.wentBack) return;
    this.wentBack = told;
    this.goal = told && epoch;
    if (told && !this.rewind.isBack) {
      this.asked = undefined;
      this.askFrames();
    }
  }

  /** A piece of the answer; those of a run that was reset meanwhile are of no use. */
  addFrames({ version, meta, arrays }) {
    if (meta.n_begun !== this.live?.meta.n_begun) {
      this.asked = undefined; // asked again when the run's own picture has come
      return;
    }
    this.pieces.push(...meta.frames.map((facts, i) => ({
      number: meta.numbers?.[i], meta: facts, arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, row(array, i)])),
    })));
    if (meta.has_more) return;
    this.rewind.add(version, this.pieces, meta.kept);
    counters.frames = this.rewind.frames.length;
    if (this.goal !== undefined && this.rewind.goTo(this.goal)) this.goal = undefined;
    if (!this.rewind.isBack) return;
    this.paint(true);
    if (this.rewind.frame?.meta.epoch !== this.toldMoment) this.commitScrubs(); // they came after the hand, or without its moment
  }

  goLive() {
    const wasBack = this.rewind.isBack;
    this.rewind.rest();
    if (!wasBack) return;
    this.paint();
    this.commitScrubs();
  }

  // Controls

  updateSliders(old, controls) {
    if (shapeOf(old) !== shapeOf(controls)) {
      this.controls = Object.fromEntries(controls.map((control) => [control.key, this.slider(control)]));
      this.sliders.replaceChildren(...Object.values(this.controls).map((slider) => slider.element));
    } else controls.forEach(({ key, value }, i) => value !== old[i].value && !this.untold[key] && this.controls[key].obey(value));
  }

  slider(control) {
    const send = ({ name, member }, value, gesture) => {
      this.held = performance.now();
      this.command({ type: "set", name, value, gesture, ...(member === null ? {} : { member }) });
      this.askNext(this.line.stream);
    };
    return new Slider(control, `${this.id}-${control.key}`, send, (key, value, gesture) => this.commit({ [key]: { value, gesture } }), (text) => this.facts.say(text));
  }

  /** Tell Python what the hand set. Equal values of two gestures are two tellings, and one that was heard is not told again. */
  commit(set) {
    this.untold = { ...this.untold, ...set };
    this.tellHand(0);
  }

  /** A message that comes while the page is made anew may be lost: what was not heard is told again, a few times. */
  tellHand(times) {
    clearTimeout(this.plea);
    if (this.gone || !Object.keys(this.untold).length || times > TELL_TIMES) return;
    this.setState("strengths", times ? { ...this.untold, times } : this.untold);
    this.plea = setTimeout(() => this.tellHand(times + 1), TELL_EVERY);
  }

  /** A pace, and when to stop, are no part of the experiment: the run is told at once, the page keeps them for the next. */
  give(message, value, gesture) {
    this.facts.say("");
    this.line.send(message);
    this.commit({ [message.type]: { value, gesture } });
  }

  /** Send the commands of a remedy; its strengths are then the page's, as if the sliders had been moved. */
  cure(messages) {
    const numbered = messages.map((message) => (message.type === "set" ? { ...message, gesture: nextGesture() } : message));
    numbered.forEach((message) => this.command(message));
    const sets = numbered.filter(({ type }) => type === "set");
    this.commit(Object.fromEntries(sets.map((set) => [this.keyOf(set), { value: set.value, gesture: set.gesture }])));
  }

  /** The key among the strengths of what a command sets: that of its slider, if it has one. */
  keyOf({ name, member = null }) {
    return this.data.controls.find((control) => control.name === name && control.member === member)?.key ?? name;
  }

  /** Python's index counts where a slider is made. Later it is an echo of the hand, which may have gone on meanwhile. */
  updateScrubs(old, scrubs) {
    if (shapeOf(old) === shapeOf(scrubs)) return;
    this.scrubs = Object.fromEntries(scrubs.map((axis) => [axis.name, new Scrub(axis, `${this.id}-${axis.name}`,
      () => this.paint(true), () => this.commitScrubs())]));
    this.scrubBar.replaceChildren(...Object.values(this.scrubs).map((scrub) => scrub.element));
    if (!this.hero) (scrubs.length ? this.scrubBar : this.bar).append(this.rewind.element); // all sliders over what is in memory stand together
  }

  /** Tell Python, where there is something to pick from, which stops and which past moment are shown. */
  commitScrubs() {
    const picked = Object.entries(this.scrubs).map(([name, scrub]) => [name, scrub.index]);
    const { frame } = this.rewind;
    this.toldMoment = frame?.meta.epoch;
    if (picked.length) this.setState("picked", { ...Object.fromEntries(picked), ...(frame && { moment: frame.meta.epoch }), told: nextGesture() });
  }

  /** A click in a chart: the stop whose place is nearest. */
  pickAt(name, axes, point) {
    const scrub = this.scrubs[name];
    if (scrub) scrub.jump(axes.nearest(scrub.places, point));
  }

  destroy() {
    this.gone = true;
    this.opening.end();
    this.hero?.destroy();
    this.editor?.destroy();
    this.painter.destroy();
    this.line.close();
    this.charts.forEach((chart) => chart.destroy());
    this.root.remove();
    stages.delete(this.parent);
  }
}

/** The heading above the first chart of a group, with what holds for all of its charts: a sentence and a legend. */
function heading({ about }, before) {
  if (!about.group || about.group === before?.about.group) return [];
  const title = make("h2", { class: "lab-group", text: about.group });
  if (!about.group_look_for) return [title];
  return [title, make("div", { class: "lab-group-about" }, make("p", { class: "lab-look", text: about.group_look_for }), legend(about.group_legend))];
}

export default function (component) {
  const { parentElement } = component;
  learn(component.data.words);
  let stage = stages.get(parentElement);
  if (!stage) stages.set(parentElement, (stage = new Stage(component)));
  stage.update(component);
  return () => {
    if (parentElement.isConnected) return;
    stage.destroy();
  };
}

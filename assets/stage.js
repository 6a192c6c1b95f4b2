// The stage: shows figures made in Python and keeps them live from a stream of named arrays.
import { Chart } from "./charts.js";
import { Buttons, Rewind, Slider } from "./controls.js";
import { helpMark, make, write } from "./dom.js";
import { row, Stream } from "./stream.js";

const stages = new WeakMap();
const FIRST_CHARTS = 3;
const DEFER = 60;
const counters = (window.overfitLab ??= { draws: 0, lastVersion: -1, lastEpoch: 0, frames: 0, connected: false, shownEpoch: 0 });
let plotlyLoading;

/** Load the drawing library once. */
function loadPlotly(assets) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const src = new URL(`${assets}vendor/plotly-cartesian.min.js`, location.origin);
    document.head.append(make("script", { src, onload: resolve, onerror: reject }));
  });
  return plotlyLoading;
}

function loadStyle(assets) {
  const href = new URL(`${assets}stage.css`, location.origin).href;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
}

const jobOf = (socket) => socket.split("/").at(-2);
const withJob = (socket, job) => socket.replace(jobOf(socket), job);

class Stage {
  constructor(component) {
    this.parent = component.parentElement;
    this.frames = [];
    this.frameVersion = -1;
    this.id = `lab-${Math.random().toString(36).slice(2, 8)}`;
    this.status = make("p", { class: "lab-status", role: "status" });
    this.banner = make("div", { class: "lab-banner", role: "alert", hidden: "" });
    this.verdict = make("p", { class: "lab-verdict", "aria-live": "polite" });
    this.buttons = new Buttons((message) => this.command(message));
    this.sliders = make("div", { class: "lab-sliders" });
    this.readouts = make("dl", { class: "lab-readouts" });
    this.rewind = new Rewind(`${this.id}-rewind`, {
      ask: () => this.askFrames(), pick: (share) => this.pick(share), live: () => this.goLive(),
    });
    this.grid = make("div", { class: "lab-grid" });
    this.root = make("div", { class: "lab-stage" }, this.status, this.banner,
      make("div", { class: "lab-bar" }, this.buttons.element, this.rewind.element),
      this.sliders, this.readouts, this.verdict, this.grid);
    this.parent.append(this.root);
    this.charts = [];
  }

  /** New data from Python, or a change of theme. */
  update({ data, setStateValue, setTriggerValue }) {
    this.setState = setStateValue;
    this.setTrigger = setTriggerValue;
    const old = this.data ?? {};
    this.data = data;
    loadStyle(data.assets);
    this.updateControls(old.controls, data.controls);
    this.updateReadouts(old.readouts, data.readouts);
    if (old.revision !== data.revision) this.buildCharts();
    else this.followTheme();
    if (old.socket !== data.socket || old.job_key !== data.job_key) this.connect();
  }

  // Charts

  async buildCharts() {
    this.charts.forEach((chart) => chart.destroy());
    this.charts = this.data.figures.map((figure) => new Chart(figure));
    this.grid.replaceChildren(...this.charts.map((chart) => chart.card));
    this.colours = this.themeColours();
    const charts = this.charts;
    if (this.live) charts.forEach((chart) => chart.draw(this.live));
    await loadPlotly(this.data.assets);
    for (const chart of charts) {
      if (charts !== this.charts || this.gone) return;
      await chart.build();
    }
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

  /** Draw in all charts; while scrubbing those below the first row wait a moment. */
  draw(snapshot, defer = false) {
    clearTimeout(this.deferred);
    const later = this.charts.slice(FIRST_CHARTS);
    this.charts.slice(0, FIRST_CHARTS).forEach((chart) => chart.draw(snapshot));
    if (defer) this.deferred = setTimeout(() => later.forEach((chart) => chart.draw(snapshot)), DEFER);
    else later.forEach((chart) => chart.draw(snapshot));
    this.showReadouts(snapshot.meta);
    counters.draws += 1;
  }

  // Stream

  connect() {
    this.stream?.close();
    this.forgetFrames();
    this.live = undefined;
    this.goLive();
    this.storage = `overfitLab.job.${this.data.job_key}`;
    const stored = sessionStorage.getItem(this.storage);
    this.open(stored ? withJob(this.data.socket, stored) : this.data.socket);
  }

  open(path) {
    this.path = path;
    const stream = new Stream(path, {
      message: (message) => (message.kind === "frames" ? this.addFrames(message) : this.schedule(message)),
      error: (text) => write(this.status, text),
      status: (text) => { write(this.status, text); counters.connected = text === ""; },
      unknown: () => this.unknownJob(),
    });
    this.stream = stream;
  }

  /** The job of this address is gone: try Python's, else ask Python for a new one. */
  unknownJob() {
    sessionStorage.removeItem(this.storage);
    if (this.path !== this.data.socket) {
      this.open(this.data.socket);
      return this.setState("job", jobOf(this.data.socket));
    }
    write(this.status, "This run has ended on the server. Starting a new one …");
    this.setTrigger("lost", jobOf(this.path));
  }

  /** Draw a snapshot with the next animation frame, then ask for the one after it. */
  schedule(snapshot) {
    const stream = this.stream;
    requestAnimationFrame(() => {
      if (this.gone || stream !== this.stream) return;
      this.show(snapshot);
      stream.ready();
    });
  }

  show(snapshot) {
    if (!this.live) this.adopt();
    else if (snapshot.meta.epoch < this.live.meta.epoch) this.forgetFrames();
    this.live = snapshot;
    const { meta } = snapshot;
    this.buttons.show(meta);
    for (const slider of Object.values(this.controls)) slider.follow(meta.strengths?.[slider.control.name]);
    this.showBanner(meta.banner);
    if (this.shown === undefined) {
      this.draw(snapshot);
      write(this.verdict, meta.verdict?.text ?? "");
      this.rewind.show(`epoch ${meta.epoch}`);
    } else this.drawFrame();
    Object.assign(counters, { lastVersion: snapshot.version, lastEpoch: meta.epoch, connected: true });
    if (this.shown === undefined) counters.shownEpoch = meta.epoch;
  }

  /** First snapshot of a job: remember it for a reload of the page. */
  adopt() {
    const job = jobOf(this.path);
    sessionStorage.setItem(this.storage, job);
    if (this.path !== this.data.socket) this.setState("job", job);
  }

  command(message) {
    write(this.status, "");
    if (message.type !== "set") this.goLive();
    this.stream.send(message);
  }

  // Rewind

  askFrames() {
    const now = performance.now();
    if (now - (this.asked ?? -Infinity) < 500) return;
    this.asked = now;
    this.stream.send({ type: "frames", after: this.frameVersion });
  }

  /** Append frames; those of an earlier run that the new ones replace are dropped. */
  addFrames({ version, meta, arrays }) {
    this.frameVersion = version;
    const first = meta.frames[0]?.epoch;
    if (first !== undefined) this.frames = this.frames.filter((frame) => frame.meta.epoch < first);
    meta.frames.forEach((frameMeta, i) => {
      const picked = Object.entries(arrays).map(([name, array]) => [name, row(array, i)]);
      this.frames.push({ meta: frameMeta, arrays: Object.fromEntries(picked) });
    });
    counters.frames = this.frames.length;
    this.rewind.setCount(this.frames.length);
    if (!this.rewind.live.disabled) this.pick(this.rewind.share());
  }

  forgetFrames() {
    this.frames = [];
    this.frameVersion = -1;
    this.asked = undefined;
  }

  pick(share) {
    this.shown = Math.round(share * (this.frames.length - 1));
    this.drawFrame();
  }

  /** The picked moment: its state over the live history, with a line where we are. */
  drawFrame() {
    const frame = this.frames[this.shown];
    if (!frame || !this.live) return;
    const epoch = frame.meta.epoch;
    const here = { data: Float64Array.of(epoch, epoch), shape: [2] };
    const arrays = { ...this.live.arrays, now_epoch: here, now_loss: here, ...frame.arrays };
    this.draw({ arrays, meta: { ...this.live.meta, ...frame.meta } }, true);
    write(this.verdict, frame.meta.verdict?.text ?? this.live.meta.verdict?.text ?? "");
    this.rewind.show(`epoch ${epoch}`);
    counters.shownEpoch = epoch;
  }

  goLive() {
    const was = this.shown;
    this.shown = undefined;
    this.rewind.rest();
    if (was !== undefined && this.live) this.show(this.live);
  }

  // Controls and texts

  updateControls(old, controls) {
    const shape = (list) => JSON.stringify(list?.map(({ value, ...rest }) => rest));
    if (shape(old) !== shape(controls)) {
      this.controls = Object.fromEntries(controls.map((control) => [control.name, this.slider(control)]));
      this.sliders.replaceChildren(...Object.values(this.controls).map((slider) => slider.element));
      return;
    }
    controls.forEach((control, i) => {
      if (control.value !== old[i].value) this.controls[control.name].follow(control.value);
    });
  }

  slider(control) {
    return new Slider(control, `${this.id}-${control.name}`,
      (name, value) => this.command({ type: "set", name, value }), () => this.commit());
  }

  commit() {
    const values = Object.values(this.controls).map((slider) => [slider.control.name, slider.value]);
    this.setState("strengths", Object.fromEntries(values));
  }

  updateReadouts(old, readouts) {
    if (JSON.stringify(old) === JSON.stringify(readouts)) return;
    this.values = Object.fromEntries(readouts.map(({ name }) => [name, make("dd", { text: "–" })]));
    this.readouts.replaceChildren(...readouts.map(({ name, label, help }) =>
      make("div", { "data-readout": name }, make("dt", {}, label, helpMark(help)), this.values[name])));
  }

  showReadouts({ readouts }) {
    for (const [name, element] of Object.entries(this.values)) write(element, readouts?.[name] ?? "–");
  }

  showBanner(banner) {
    const text = JSON.stringify(banner ?? null);
    if (text === this.bannerText) return;
    this.bannerText = text;
    this.banner.hidden = !banner;
    this.banner.replaceChildren();
    if (!banner) return;
    this.banner.dataset.kind = banner.kind;
    this.banner.append(make("span", { text: banner.text }));
    if (banner.remedy) this.banner.append(make("button", {
      type: "button", class: "lab-button", text: banner.remedy.label,
      onclick: () => banner.remedy.commands.forEach((message) => this.command(message)),
    }));
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.deferred);
    this.stream?.close();
    this.charts.forEach((chart) => chart.destroy());
    this.root.remove();
    stages.delete(this.parent);
  }
}

export default function (component) {
  const { parentElement } = component;
  let stage = stages.get(parentElement);
  if (!stage) stages.set(parentElement, (stage = new Stage(component)));
  stage.update(component);
  return () => {
    if (parentElement.isConnected) return;
    stage.destroy();
  };
}

// One chart: a figure made in Python, its bindings to named arrays, drawn in place by Plotly.
import { Axes } from "./axes.js";
import { arrayOf, isSame, parse, valueOf } from "./bindings.js";
import { tuned, tuneTrace } from "./colours.js";
import { make, write } from "./dom.js";
import { paint } from "./images.js";
import { legend } from "./legend.js";
import { drawSwiftly, isSwift } from "./swift.js";
import { tablesOf } from "./table.js";
import { wordsOf } from "./unit.js";
import { say } from "./words.js";

const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };
const AXIS = /^[xy]axis\d*$/;
const TABLE_EVERY = 1000;
const CLICK_REACH = 5;
const NOWHERE = [NaN];

/** The value of a Streamlit CSS variable at an element. */
function cssVariable(element, name, fallback) {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback;
}

export class Chart {
  /** `toggled` keeps what is switched on over a rebuild; `onPick(name, axes, point)` hears clicks where the figure wants them. */
  constructor(figure, toggled, onPick) {
    this.figure = figure;
    this.about = { toggles: [], images: [], auto: {}, ...figure.layout.meta };
    this.toggled = toggled;
    this.bindings = figure.data.map((trace) => Object.entries(trace.meta?.bind ?? {}));
    this.drawn = figure.data.map(() => ({}));
    this.cost = 0;
    this.plot = make("div", { class: "lab-plot", role: "img", "aria-label": this.about.title ?? "" });
    this.table = make("div", { class: "lab-table", hidden: "", tabindex: 0, role: "region", "aria-label": say("numbers", { title: this.about.title ?? "" }) });
    this.legend = legend(this.entries());
    this.card = make("section", { class: "lab-chart", "data-figure": this.about.name ?? "", "data-size": this.about.size ?? "third" },
      make("header", { class: "lab-chart-head" }, make("h3", { text: this.about.title ?? "" }), this.buttons()),
      make("p", { class: "lab-look", text: this.about.look_for ?? "" }), this.legend,
      make("div", { class: "lab-box" }, this.plot, this.table));
    if (this.about.height) this.card.style.setProperty("--lab-height", `${this.about.height}px`);
    if (this.about.pick) this.listenForPicks(onPick);
  }

  /** Whether a scrub's position changes what this chart shows. */
  follows(scrub) {
    this.scrubs ??= new Set([...this.bindings.flat().map(([, binding]) => binding), ...this.about.images.map(({ array }) => array)]
      .flatMap((binding) => { const { kind, name, parts } = parse(binding); return kind === "at" ? [name] : kind === "label" ? ["*"] : parts; }));
    return this.scrubs.has(scrub) || this.scrubs.has("*");
  }

  /** Draw for the first time; the card must be in the page. */
  async build() {
    const { data, layout } = structuredClone(this.figure);
    data.forEach(tuneTrace);
    if (isPresenting()) data.forEach(thicken);
    this.bindings.forEach((pairs, i) => pairs.forEach(([name]) => { data[i][name] = solid(name, data[i][name]); }));
    for (const trace of data) { // Plotly knows what may be an array by what is one at first
      const { to } = trace.meta?.own ?? {};
      if (to) Object.assign(trace, { [to]: to === "text" ? [[""]] : [""] }, this.inUnit(trace, trace));
    }
    const on = this.about.toggles.filter((toggle) => this.isOn(toggle));
    for (const { traces, set } of on.flatMap((toggle) => toggle.on?.restyle ?? [])) { // now, not by a second drawing
      for (const trace of data) if (traces.includes(trace.name)) Object.assign(trace, set);
    }
    const dragmode = matchMedia("(pointer: coarse)").matches || this.about.edit ? false : "zoom";
    const theme = this.theme(layout);
    const full = { dragmode, ...layout, margin: roomy(layout.margin, theme.font.size), ...theme, autosize: true };
    full.images = this.about.images.map((image) => placed(image));
    for (const name of ["title", "width", "height"]) delete full[name];
    await Plotly.newPlot(this.plot, data, full, CONFIG);
    this.axes = new Axes(this.plot, full);
    this.plot.on("plotly_doubleclick", () => this.resetZoom());
    this.built = true;
    for (const toggle of on) if (Object.keys(toggle.on ?? {}).some((part) => part !== "restyle" && part !== "legend")) this.flip(toggle, true);
    if (this.view) this.draw(this.view);
  }

  /** Layout parts that follow the page's theme. */
  theme(layout) {
    const text = cssVariable(this.card, "--st-text-color", "#333");
    const grid = cssVariable(this.card, "--st-border-color-light", cssVariable(this.card, "--st-border-color", "#ddd"));
    const parts = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    parts.font = { ...layout.font, size: letterSize(), color: text, family: cssVariable(this.card, "--st-font", "sans-serif") };
    for (const axis of new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((key) => AXIS.test(key))])) {
      parts[axis] = { automargin: true, ...layout[axis], gridcolor: grid, zerolinecolor: grid, linecolor: grid };
    }
    return parts;
  }

  /** Follow a change of the page's theme; traces, zoom and nodes stay. */
  retheme() {
    if (!this.built) return;
    const { font, ...parts } = this.theme(this.figure.layout);
    const change = { "font.color": font.color };
    for (const axis of Object.keys(parts).filter((key) => AXIS.test(key))) {
      for (const name of ["gridcolor", "zerolinecolor", "linecolor"]) change[`${axis}.${name}`] = parts[axis][name];
    }
    Plotly.relayout(this.plot, change);
    this.recolour();
  }

  /** Lines, marks and legend in the colours of the page as it is now. */
  recolour() {
    for (const part of ["line", "marker"]) {
      const found = this.figure.data.flatMap((trace, i) => (trace[part]?.color === undefined ? [] : [i]));
      const colors = found.map((i) => tuned(this.figure.data[i][part].color));
      if (found.length) Plotly.restyle(this.plot, { [`${part}.color`]: colors }, found);
    }
    const filled = this.figure.data.flatMap((trace, i) => (trace.fillcolor ? [i] : []));
    if (filled.length) Plotly.restyle(this.plot, { fillcolor: filled.map((i) => tuned(this.figure.data[i].fillcolor)) }, filled);
    this.legend.replaceChildren(...legend(this.entries()).childNodes);
  }

  /** Show a view {arrays, meta, scrubs, moment}: at most one call of Plotly, none if nothing has changed. */
  draw(view) {
    this.view = view;
    if (!this.built) return; // building ends with the first drawing
    this.isStale = false;
    const began = performance.now();
    this.noticeStart(view);
    this.followSpread(view);
    const layout = { ...this.axes.fit(this.auto(), (name) => arrayOf(name, view)?.data ?? []), ...this.paintImages(view) };
    const changes = this.changes(view, layout);
    if (isSwift(this.plot, changes)) drawSwiftly(this.plot, changes, layout);
    else this.update(changes, layout);
    this.describe(view);
    this.cost += 0.3 * (performance.now() - began - this.cost);
  }

  /** A switch that goes on by itself where the numbers are spread wide, unless a hand has set it. */
  followSpread(view) {
    for (const toggle of this.about.toggles) {
      if (!toggle.spread || this.isOn(toggle) || `${this.about.name}/${toggle.label}` in this.toggled) continue;
      const values = toggle.spread.arrays.flatMap((name) => Array.from(arrayOf(name, view)?.data ?? [])).filter((value) => value > 0 && Number.isFinite(value));
      if (!values.length || Math.max(...values) <= toggle.spread.times * Math.min(...values)) continue;
      toggle.value = true;
      this.switches[toggle.label].setAttribute("aria-pressed", "true");
      this.flip(toggle, true);
    }
  }

  /** Axes that only grow begin anew with another run: it has a number of its own, or is at an earlier epoch. */
  noticeStart({ meta, moment }) {
    if (moment !== undefined) return;
    if (meta.n_begun !== this.run || meta.epoch < this.epoch) this.axes.begin();
    [this.run, this.epoch] = [meta.n_begun, meta.epoch];
  }

  /** {trace: {attribute: value}} of the bindings whose value is not the one on screen; `layout` holds new ranges. */
  changes(view, layout) {
    const changes = new Map();
    this.bindings.forEach((pairs, trace) => {
      for (const [attribute, binding] of pairs) {
        const value = solid(attribute, valueOf(binding, view, (axis) => this.axes.span(axis, layout)));
        if (value === undefined || isSame(value, this.drawn[trace][attribute])) continue;
        this.drawn[trace][attribute] = value;
        changes.set(trace, { ...changes.get(trace), [attribute]: value });
      }
      if (changes.has(trace)) Object.assign(changes.get(trace), this.inUnit(this.figure.data[trace], changes.get(trace)));
    });
    return changes;
  }

  /** What the losses of a trace are in the target's own unit, where it is asked to say so: {attribute: texts}. */
  inUnit({ meta }, values) {
    const { of, to } = meta?.own ?? {};
    const losses = of && values[of];
    return losses?.length === undefined ? {} : { [to]: wordsOf(losses, this.about.own) };
  }

  /** The slow and sure way: Plotly works the chart out anew. */
  update(changes, layout) {
    const indices = [...changes.keys()];
    const values = {};
    indices.forEach((trace, k) => {
      for (const [attribute, value] of Object.entries(changes.get(trace))) {
        values[attribute] ??= new Array(indices.length).fill(undefined);
        values[attribute][k] = value;
      }
    });
    Plotly.update(this.plot, values, layout, indices);
  }

  describe({ meta }) {
    const text = meta.descriptions?.[this.about.name];
    if (text && text !== this.plot.getAttribute("aria-label")) this.plot.setAttribute("aria-label", text);
    if (!this.table.hidden) this.fillTable();
  }

  /** New sources of the pictures that are not the ones on screen; one whose array is not there is not shown. */
  paintImages(view) {
    const changes = {};
    this.about.images.forEach((image, i) => {
      const array = arrayOf(image.array, view);
      const data = array?.shape.length === 2 ? array.data : undefined;
      if (isSame(data, this.painted?.[i])) return;
      (this.painted ??= [])[i] = data;
      changes[`images[${i}].source`] = data ? paint(array, { ...image, ...this.overrides }) : "";
    });
    return changes;
  }

  resetZoom() {
    Plotly.relayout(this.plot, this.axes.home());
    if (this.view) this.draw(this.view);
  }

  /** A click or tap, told from a drag by how far it went. */
  listenForPicks(onPick) {
    this.plot.classList.add("lab-pick");
    this.plot.addEventListener("pointerdown", (down) => {
      if (down.button !== 0) return;
      const end = new AbortController();
      addEventListener("pointercancel", () => end.abort(), { signal: end.signal });
      addEventListener("pointerup", (up) => {
        end.abort();
        if (this.built && Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < CLICK_REACH) onPick(this.about.pick, this.axes, up);
      }, { signal: end.signal, capture: true });
    }, { capture: true });
  }

  // Buttons

  buttons() {
    const toggles = this.about.toggles.map((toggle) => this.toggleButton(toggle.label, toggle.help, this.isOn(toggle), (on) => {
      this.toggled[`${this.about.name}/${toggle.label}`] = on;
      if (this.built) this.flip(toggle, on);
    }));
    this.switches = Object.fromEntries(this.about.toggles.map(({ label }, i) => [label, toggles[i]]));
    const table = this.toggleButton(say("table"), say("table_help"), false, (on) => this.showTable(on));
    return make("span", { class: "lab-toggles" }, ...toggles, table);
  }

  toggleButton(label, help, isOn, onflip) {
    const button = make("button", {
      type: "button", class: "lab-toggle", "aria-pressed": String(Boolean(isOn)), title: help, text: label,
      onclick: () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
        onflip(on);
      },
    });
    return button;
  }

  isOn(toggle) {
    return this.toggled[`${this.about.name}/${toggle.label}`] ?? toggle.value;
  }

  /** Which arrays each axis has to hold, with what is switched on. */
  auto() {
    return Object.assign({}, this.about.auto, ...this.about.toggles.map((toggle) => toggle[this.isOn(toggle) ? "on" : "off"]?.auto));
  }

  /** The legend's entries, with those of what is switched on. */
  entries() {
    return [...this.about.legend ?? [], ...this.about.toggles.flatMap((toggle) => (this.isOn(toggle) ? toggle.on.legend ?? [] : []))];
  }

  /** Switch a toggle's view on or off. */
  flip(toggle, on) {
    const { relayout, restyle, images, auto } = toggle[on ? "on" : "off"] ?? {};
    for (const { traces, set } of restyle ?? []) {
      const indices = this.figure.data.flatMap((trace, i) => (traces.includes(trace.name) ? [i] : []));
      if (indices.length) Plotly.restyle(this.plot, set, indices);
    }
    this.legend.replaceChildren(...legend(this.entries()).childNodes);
    if (images) [this.overrides, this.painted] = [{ ...this.overrides, ...images }, undefined];
    if (relayout || auto) this.axes.forget();
    if (relayout) Plotly.relayout(this.plot, relayout);
    if (this.view) this.draw(this.view);
  }

  /** Fill the card, which has another size now. */
  resize() {
    if (this.built && this.plot.offsetParent) Plotly.Plots.resize(this.plot);
  }

  showTable(on) {
    this.table.hidden = !on;
    this.plot.toggleAttribute("inert", on);
    this.filled = -Infinity;
    if (on) this.fillTable();
  }

  /** At most once a second; a reader's place in it stays. */
  fillTable() {
    clearTimeout(this.refill);
    if (!this.built) return write(this.table, say("not_drawn"));
    const wait = this.filled + TABLE_EVERY - performance.now();
    if (wait > 0) return (this.refill = setTimeout(() => this.fillTable(), wait));
    this.filled = performance.now();
    this.table.replaceChildren(...tablesOf(this.plot, this.about, this.view));
  }

  destroy() {
    clearTimeout(this.refill);
    if (this.built) Plotly.purge(this.plot);
    this.built = false;
  }
}

/** Plotly drops a trace without points and would have to work the chart out anew when it comes back: a point nowhere keeps it. */
function solid(attribute, values) {
  const isEmpty = values && (values.length === 0 || values.bdata === "");
  return isEmpty && (attribute === "x" || attribute === "y") ? NOWHERE : values;
}

const isPresenting = () => document.documentElement.classList.contains("lab-presenting");
const letterSize = () => (isPresenting() ? 20 : matchMedia("(min-width: 1700px) and (min-height: 900px)").matches ? 15 : 12);

/** For a projector: lines and marks that are seen from the last row. */
function thicken({ line, marker }) {
  if (line?.width) line.width *= 1.7;
  if (typeof marker?.size === "number") marker.size *= 1.6;
}

/** Python's margins are made for letters of 12 px: larger ones need more room for labels and titles. */
function roomy(margin, size) {
  return Object.fromEntries(Object.entries({ l: 56, r: 12, t: 8, b: 44, ...margin }).map(([side, room]) => [side, Math.round((room * size) / 12)]));
}

/** A picture of the layout, as yet empty. */
function placed({ x, y, layer = "below" }) {
  return {
    source: "", xref: "x", yref: "y", x: x[0], y: y[1], sizex: x[1] - x[0], sizey: y[1] - y[0],
    xanchor: "left", yanchor: "top", sizing: "stretch", layer,
  };
}

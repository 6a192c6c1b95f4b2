// One chart: a figure made in Python, its bindings to named arrays, drawn in place by Plotly.
import { row } from "./stream.js";
import { make } from "./dom.js";
import { paint } from "./images.js";
import { fitRange } from "./ranges.js";

const CONFIG = {
  displaylogo: false, responsive: true, doubleClick: false, showTips: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "resetScale2d", "zoomIn2d", "zoomOut2d"],
};
const AXIS = /^[xy]axis\d*$/;
const DASHES = { solid: "", dash: "5 3", dot: "1.5 3", dashdot: "5 3 1.5 3" };

/** The value of a Streamlit CSS variable at an element. */
function cssVariable(element, name, fallback) {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback;
}

/** A copy of a figure in which the stand-in colours of `theme` ({"#010101": "--st-text-color"}) are the page's own. */
function resolveColours(value, theme, element) {
  if (typeof value === "string") return value in theme ? cssVariable(element, theme[value], value) : value;
  if (Array.isArray(value)) return value.map((item) => resolveColours(item, theme, element));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveColours(item, theme, element)]));
}

/** What a binding names: "loss" (array), "hist_density[2]" (row 2), "label:rank_name" (texts); undefined if missing. */
function lookUp(binding, { arrays, meta }) {
  if (binding.startsWith("label:")) return meta.labels?.[binding.slice(6)];
  const [, name, index] = binding.match(/^([^[]+)(?:\[(\d+)\])?$/);
  const array = arrays[name];
  if (!array) return undefined;
  const part = index === undefined ? array : row(array, Number(index));
  return part.shape.length === 2 ? rows(part) : part.data;
}

function rows(array) {
  return Array.from({ length: array.shape[0] }, (_, i) => row(array, i).data);
}

/** A sample of a line or marker for the legend. */
function swatch({ color, dash, symbol }) {
  const mark = symbol
    ? `<circle cx="11" cy="5" r="3.5" fill="${symbol.includes("open") ? "none" : color}" stroke="${color}" stroke-width="1.5"/>`
    : `<line x1="1" x2="21" y1="5" y2="5" stroke="${color}" stroke-width="2.5" stroke-dasharray="${DASHES[dash] ?? ""}"/>`;
  const holder = make("span", { class: "lab-swatch", "aria-hidden": "true" });
  holder.innerHTML = `<svg width="22" height="10">${mark}</svg>`;
  return holder;
}

export class Chart {
  constructor(figure) {
    this.figure = figure;
    this.about = figure.layout.meta ?? {};
    this.bindings = figure.data.map((trace) => Object.entries(trace.meta?.bind ?? {}));
    this.bound = this.bindings.flatMap((pairs, i) => (pairs.length ? [i] : []));
    this.ranges = {};
    this.zoomed = new Set();
    this.overrides = {};
    this.plot = make("div", { class: "lab-plot", role: "img", "aria-label": this.about.title ?? "" });
    this.legend = make("div", { class: "lab-legend" });
    this.card = make("section", { class: "lab-chart", "data-figure": this.about.name ?? "" },
      make("header", { class: "lab-chart-head" }, make("h3", { text: this.about.title ?? "" }), this.toggles()),
      make("p", { class: "lab-look", text: this.about.look_for ?? "" }), this.legend, this.plot);
  }

  /** Draw for the first time; the card must be in the page. */
  async build() {
    const { data, layout } = resolveColours(this.figure, this.about.theme ?? {}, this.card);
    this.legend.replaceChildren(...(layout.meta?.legend ?? []).map((entry) =>
      make("span", { class: "lab-legend-entry" }, swatch(entry), entry.label)));
    const dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    const full = { dragmode, margin: { l: 48, r: 12, t: 8, b: 40 }, ...layout, ...this.theme(layout) };
    full.images = this.images().map((image) => this.placed(image));
    delete full.title;
    delete full.width;
    delete full.height;
    full.autosize = true;
    this.fixed = Object.fromEntries(Object.keys(full).filter((key) => AXIS.test(key)).map((key) => [key, full[key].range]));
    await Plotly.newPlot(this.plot, data, full, CONFIG);
    this.plot.on("plotly_relayout", (change) => this.noticeZoom(change));
    this.plot.on("plotly_doubleclick", () => this.resetZoom());
    this.built = true;
    for (const toggle of this.about.toggles ?? []) if (toggle.value) this.flip(toggle, true);
    if (this.snapshot) this.draw(this.snapshot);
  }

  /** Layout parts that follow the page's theme. */
  theme(layout) {
    const text = cssVariable(this.card, "--st-text-color", "#333");
    const grid = cssVariable(this.card, "--st-border-color-light", cssVariable(this.card, "--st-border-color", "#ddd"));
    const background = "rgba(0,0,0,0)";
    const parts = { paper_bgcolor: background, plot_bgcolor: background };
    parts.font = { size: 12, ...layout.font, color: text, family: cssVariable(this.card, "--st-font", "sans-serif") };
    const axes = new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((key) => AXIS.test(key))]);
    for (const axis of axes) {
      parts[axis] = { automargin: true, ...layout[axis], gridcolor: grid, zerolinecolor: grid, linecolor: grid };
    }
    return parts;
  }

  images() {
    return this.about.images ?? [];
  }

  placed({ x, y }, source = "") {
    return {
      source, xref: "x", yref: "y", x: x[0], y: y[1], sizex: x[1] - x[0], sizey: y[1] - y[0],
      xanchor: "left", yanchor: "top", sizing: "stretch", layer: "below",
    };
  }

  /** Show a snapshot {arrays, meta}: one call of Plotly. */
  draw(snapshot) {
    this.snapshot = snapshot;
    if (!this.built) return;
    const layout = { ...this.fitAxes(snapshot), ...this.paintImages(snapshot) };
    const traces = this.boundValues(snapshot);
    if (this.bound.length) Plotly.update(this.plot, traces, layout, this.bound);
    else if (Object.keys(layout).length) Plotly.relayout(this.plot, layout);
    const description = snapshot.meta.descriptions?.[this.about.name];
    if (description) this.plot.setAttribute("aria-label", description);
  }

  /** {attribute: [value of each bound trace]}; undefined leaves a trace as it is. */
  boundValues(snapshot) {
    const values = {};
    this.bound.forEach((trace, k) => {
      for (const [attribute, binding] of this.bindings[trace]) {
        values[attribute] ??= new Array(this.bound.length).fill(undefined);
        const spans = binding === "now_loss" && snapshot.arrays.now_loss?.data.length;
        values[attribute][k] = spans ? this.axisSpan() : lookUp(binding, snapshot);
      }
    });
    return values;
  }

  /** Lowest and highest value shown on the y axis. */
  axisSpan() {
    const { type, range } = this.plot._fullLayout.yaxis;
    return type === "log" ? range.map((exponent) => 10 ** exponent) : [...range];
  }

  fitAxes(snapshot) {
    const changes = {};
    for (const [axis, { arrays, include }] of Object.entries(this.about.auto ?? {})) {
      if (this.zoomed.has(axis)) continue;
      const values = arrays.map((name) => snapshot.arrays[name]?.data ?? []);
      const log = this.plot._fullLayout[axis]?.type === "log";
      const range = fitRange(this.ranges[axis], values, include, log);
      if (range && range !== this.ranges[axis]) changes[`${axis}.range`] = [...(this.ranges[axis] = range)];
    }
    return changes;
  }

  paintImages({ arrays }) {
    const changes = {};
    this.images().forEach((image, i) => {
      const array = arrays[image.array];
      if (array?.shape.length === 2) changes[`images[${i}].source`] = paint(array, { ...image, ...this.overrides });
    });
    return changes;
  }

  noticeZoom(change) {
    if (this.ours) return;
    for (const key of Object.keys(change)) {
      const axis = key.match(/^([xy]axis\d*)\.range/)?.[1];
      if (axis) this.zoomed.add(axis);
    }
  }

  resetZoom() {
    const home = {};
    for (const axis of this.zoomed) {
      const range = this.ranges[axis] ?? this.fixed[axis];
      if (range) home[`${axis}.range`] = [...range];
      else home[`${axis}.autorange`] = true;
    }
    this.zoomed.clear();
    this.change(home);
    if (this.snapshot) this.draw(this.snapshot);
  }

  /** A layout change of our own, not to be taken for the user's zoom. */
  change(layout) {
    this.ours = true;
    Plotly.relayout(this.plot, layout);
    this.ours = false;
  }

  toggles() {
    const buttons = (this.about.toggles ?? []).map((toggle) => {
      const button = make("button", {
        type: "button", class: "lab-toggle", "aria-pressed": String(Boolean(toggle.value)), text: toggle.label,
        onclick: () => {
          const on = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", String(on));
          this.flip(toggle, on);
        },
      });
      return button;
    });
    return make("span", { class: "lab-toggles" }, ...buttons);
  }

  /** Switch a toggle's view on or off. */
  flip(toggle, on) {
    const { relayout, restyle, images } = toggle[on ? "on" : "off"] ?? {};
    for (const { traces, set } of restyle ?? []) {
      const indices = this.figure.data.flatMap((trace, i) => (traces.includes(trace.name) ? [i] : []));
      if (indices.length) Plotly.restyle(this.plot, set, indices);
    }
    this.overrides = { ...this.overrides, ...images };
    if (relayout) {
      this.ranges = {};
      this.zoomed.clear();
      this.change(resolveColours(relayout, this.about.theme ?? {}, this.card));
    }
    if (this.snapshot) this.draw(this.snapshot);
  }

  /** Follow a change of the page's theme: traces may carry its colours too. */
  async retheme() {
    if (!this.built) return;
    const pressed = [...this.card.querySelectorAll(".lab-toggle")].map((button) => button.getAttribute("aria-pressed") === "true");
    (this.about.toggles ?? []).forEach((toggle, i) => { toggle.value = pressed[i]; });
    this.built = false;
    this.ranges = {};
    this.zoomed.clear();
    Plotly.purge(this.plot);
    await this.build();
  }

  destroy() {
    if (this.built) Plotly.purge(this.plot);
    this.built = false;
  }
}

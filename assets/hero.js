// The first screen of a live run: presets on top, one large chart with two beside it, and a dock that stays in reach.
import { make, write } from "./dom.js";
import { Presenting } from "./present.js";

const LOWEST = 170; // px; below it a chart cannot be read, and the page scrolls instead
const AIR = 8;
const LENT = { "--lab-paper": "--st-background-color", "--lab-ink": "--st-text-color", "--lab-light": "--st-primary-color" };
const DRAWER = "[data-testid=stExpandSidebarButton]"; // Streamlit's own, which opens the sidebar
const CLOSER = "[data-testid=stSidebarCollapseButton] button";

/** A button that shows and hides a part of the page. */
export function fold(label, title, part, onflip = () => {}) {
  const button = make("button", {
    type: "button", class: "lab-button", "aria-expanded": "false", title, text: label,
    onclick: () => {
      part.hidden = !part.hidden;
      button.setAttribute("aria-expanded", String(!part.hidden));
      onflip();
    },
  });
  part.hidden = true;
  return button;
}

/** The strip of presets: {key, label, watch, expect, picture, is_more}; `onChoose(key)`. */
class Strip {
  constructor(words, onChoose) {
    this.words = words;
    this.onChoose = onChoose;
    this.chips = make("div", { class: "lab-chips" });
    this.text = make("p", { class: "lab-look" });
    this.listPlace = make("div", { class: "lab-list-place" });
    this.element = make("nav", { class: "lab-strip", "aria-label": words.presets, onkeydown: (event) => this.key(event) }, this.chips, this.listPlace, this.text);
    this.onPress = ({ target }) => { if (!this.element.contains(target)) this.close(); };
    addEventListener("pointerdown", this.onPress);
  }

  update({ presets, chosen, said }) {
    const shape = JSON.stringify(presets);
    if (shape !== this.shape) {
      this.shape = shape;
      this.buttons = Object.fromEntries(presets.map((preset) => [preset.key, this.chip(preset)]));
      const [first, further] = [false, true].map((more) => presets.filter(({ is_more }) => is_more === more).map(({ key }) => this.buttons[key]));
      this.list = make("div", { class: "lab-list" }, ...further);
      this.exercises = fold(this.words.exercises, this.words.exercises_help, this.list, () => this.open());
      this.exercises.className = "lab-chip";
      this.chips.replaceChildren(...first, this.exercises);
      this.listPlace.replaceChildren(this.list);
    }
    for (const [key, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(key === chosen));
    this.exercises.setAttribute("aria-pressed", String(Boolean(presets.find(({ key }) => key === chosen)?.is_more)));
    const preset = presets.find(({ key }) => key === chosen);
    write(this.text, said || (preset ? `${preset.watch} ${preset.expect}` : this.words.own));
  }

  choose(key) {
    this.close();
    this.onChoose(key);
  }

  /** The list of further presets stands below its button, inside the page. */
  open() {
    const most = this.element.clientWidth - this.list.offsetWidth;
    this.list.style.left = `${Math.max(0, Math.min(most, this.exercises.offsetLeft - this.chips.scrollLeft))}px`;
  }

  close() {
    if (this.list && !this.list.hidden) this.exercises.click();
  }

  key({ key }) {
    if (key !== "Escape" || this.list.hidden) return;
    this.close();
    this.exercises.focus();
  }

  destroy() {
    removeEventListener("pointerdown", this.onPress);
  }

  chip({ key, label, watch, expect, picture }) {
    const button = make("button", { type: "button", class: "lab-chip", title: `${watch} ${expect}`, onclick: () => this.choose(key) });
    if (picture.length) button.append(thumbnail(picture));
    button.append(make("span", { text: label }));
    return button;
  }
}

/** A small picture: parts {points: [[x, y], …] in 0…1 from the lower left, kind} in a box of 44 × 28. */
function thumbnail(parts) {
  const place = ([x, y]) => [(2 + 40 * x).toFixed(1), (26 - 24 * y).toFixed(1)];
  const draw = ({ points, kind }) => {
    const places = points.map(place);
    if (kind === "truth" || kind === "line") return `<polyline points="${places.map((p) => p.join(" ")).join(" ")}" class="lab-thumb-${kind}"/>`;
    if (kind === "cells") return places.map(([x, y]) => `<rect x="${x - 1.1}" y="${y - 1.4}" width="2.2" height="2.8" class="lab-thumb-cells"/>`).join("");
    return places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${kind === "points" ? 1.5 : 1.3}" class="lab-thumb-${kind}"/>`).join("");
  };
  const holder = make("span", { class: "lab-thumb", "aria-hidden": "true" });
  holder.innerHTML = `<svg viewBox="0 0 44 28" width="44" height="28">${parts.map(draw).join("")}</svg>`;
  return holder;
}

/** The address of what is seen, with the changes of the run {start, changes} or why they do not travel {why}, and what to say of it. */
function linkOf(here, run, words) {
  if (!run || run.why) return { href: here, said: [words.copied, run?.why].filter(Boolean).join(" ") };
  const url = new URL(here);
  for (const [name, value] of Object.entries(run.start)) url.searchParams.set(name, value);
  url.searchParams.set("changes", run.changes);
  return { href: url.href, said: words.copied_changes };
}

export class Hero {
  /** parts: the stage's elements {status, buttons, pace, rewind, sliders, readouts, verdict, grid, changes()}; words: from Python; `onChoose(key)`. */
  constructor(root, parts, words, onChoose) {
    Object.assign(this, { root, words, onSized: parts.onSized });
    this.strip = new Strip(words, onChoose);
    this.presenting = new Presenting(words, parts.press, parts.onPresent);
    this.large = make("div", { class: "lab-large" });
    this.side = make("div", { class: "lab-side" });
    this.top = make("div", { class: "lab-hero" }, make("div", { class: "lab-hero-main" }, parts.verdict, this.large), this.side);
    this.more = make("div", { class: "lab-dock-more" }, make("div", { class: "lab-buttons" }, ...parts.minorButtons));
    const rest = make("div", { class: "lab-rest" }, make("h2", { class: "lab-group", text: words.more_charts }), parts.grid);
    this.body = make("div", { class: "lab-body" }, this.strip.element, this.top, rest);
    this.bar = make("div", { class: "lab-bar" }, parts.buttons, parts.pace, parts.rewind, this.folds());
    this.foot = make("div", { class: "lab-dock-foot" }, parts.sliders, parts.readouts);
    this.dock = make("div", { class: "lab-dock", role: "region", "aria-label": words.controls }, this.more, this.bar, this.foot);
    root.dataset.layout = "hero";
    this.corner = make("div", { class: "lab-corner" }, this.link(parts.say, parts.changes), this.presenting.button);
    root.replaceChildren(parts.status, this.body, this.dock, this.corner);
    this.observer = new ResizeObserver(() => this.measure());
    for (const one of [root, this.strip.element, this.bar, this.foot, this.dock]) this.observer.observe(one);
    this.onResize = () => this.measure();
    addEventListener("resize", this.onResize);
  }

  /** A button that puts the page's address into the clipboard. */
  link(say, changes) {
    return make("button", { type: "button", class: "lab-button", title: this.words.copy_help, text: this.words.copy, onclick: async () => {
      const { href, said } = linkOf(location.href, changes(), this.words);
      try {
        await navigator.clipboard.writeText(href);
        say(said);
      } catch {
        say(`${this.words.not_copied} ${href}`);
      }
      setTimeout(() => say(""), 6000);
    } });
  }

  folds() {
    const { words } = this;
    const more = fold(words.more, words.more_help, this.more);
    const drawer = make("button", { type: "button", class: "lab-button", title: words.drawer_help, "aria-label": words.drawer,
      onclick: () => (document.querySelector(DRAWER) ?? document.querySelector(CLOSER))?.click() }, make("span", { class: "lab-long", text: words.drawer }), make("span", { class: "lab-brief", text: words.drawer_brief }));
    this.formula = make("button", { type: "button", class: "lab-button lab-formula", "aria-expanded": "false", title: words.formula_help, text: words.formula,
      onclick: () => this.showFormula(this.formula.getAttribute("aria-expanded") === "false") });
    return make("div", { class: "lab-buttons lab-folds" }, this.formula, drawer, more);
  }

  /** Objective and update rule, which the page writes, lie over the charts just above the dock. */
  showFormula(on) {
    this.formula.setAttribute("aria-expanded", String(on));
    document.documentElement.toggleAttribute("data-lab-formula", on);
  }

  /** What the page itself writes above the dock has the colours of the stage. */
  lendColours() {
    const found = getComputedStyle(this.root);
    for (const [name, from] of Object.entries(LENT)) document.documentElement.style.setProperty(name, found.getPropertyValue(from));
  }

  update(data) {
    this.lendColours();
    this.strip.update(data);
    this.presenting.update(data.is_presenting);
  }

  /** Put what is looked at now and then (a minor slider, a further number) into the part of the dock that folds. */
  sort(elements, names, holder) {
    for (const element of elements) {
      const place = names.has(element.dataset.control ?? element.dataset.readout) ? this.more : holder;
      if (element.parentElement !== place) place.append(element); // never under the hand
    }
  }

  place(charts) {
    const at = (place) => charts.filter(({ about }) => about.place === place).map(({ card }) => card);
    this.large.replaceChildren(...at("hero"));
    this.side.replaceChildren(...at("side"));
    return charts.filter(({ about }) => !about.place);
  }

  /** The large chart takes what room the window leaves; the dock spans the page. */
  measure() {
    const { left, width } = this.root.getBoundingClientRect();
    if (!width) return;
    const dock = Math.round(this.bar.offsetHeight + this.foot.offsetHeight + 3 * AIR);
    const scrolled = this.root.closest("[data-testid=stMain]")?.scrollTop ?? 0;
    const top = this.top.getBoundingClientRect().top + scrolled;
    const before = this.height;
    const height = this.height = Math.max(LOWEST, Math.round(innerHeight - top - dock - AIR));
    const facts = { "--lab-left": `${Math.round(left)}px`, "--lab-width": `${Math.round(width)}px`, "--lab-hero": `${height}px` };
    for (const [name, value] of Object.entries(facts)) if (this.root.style.getPropertyValue(name) !== value) this.root.style.setProperty(name, value);
    if (before !== height) this.onSized();
    const { style } = document.documentElement;
    const places = { "--lab-foot-left": `${Math.round(left)}px`, "--lab-foot-width": `${Math.round(width)}px`, "--lab-foot": `${this.dock.offsetHeight}px` };
    for (const [name, value] of Object.entries(places)) if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    style.setProperty("--lab-dock", `${dock}px`); // Streamlit's part of the page ends above it, and what has the focus
  }

  destroy() {
    this.observer.disconnect();
    this.strip.destroy();
    this.presenting.destroy();
    removeEventListener("resize", this.onResize);
    document.documentElement.removeAttribute("data-lab-formula");
    for (const name of ["", "-left", "-width"]) document.documentElement.style.removeProperty(`--lab-foot${name}`);
    document.documentElement.style.removeProperty("--lab-dock");
  }
}

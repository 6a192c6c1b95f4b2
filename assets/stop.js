// "Stop at …": when a run pauses by itself. A button shows and hides the choice, above the dock that it stands in.
import { nextGesture } from "./controls.js";
import { helpMark, make, write } from "./dom.js";
import { number, say } from "./words.js";

const ECHO_WAIT = 2000; // ms in which older snapshots may still tell the condition of before

/** A choice of what to stop at, and its number. `onSet({when, value}, gesture)` when the hand chooses, `say(text)` what was not taken. */
export class StopChoice {
  constructor(id, onSet, say) {
    Object.assign(this, { id, onSet, say, values: {}, told: { when: "never", value: 0 } });
    this.panel = make("div", { class: "lab-stop-panel", id: `${id}-panel`, hidden: "" });
    this.button = make("button", { type: "button", class: "lab-button", "aria-expanded": "false", "aria-controls": `${id}-panel`, onclick: () => this.flip() });
    this.element = make("div", { class: "lab-stop", hidden: "", onkeydown: (event) => event.key === "Escape" && this.close() }, this.button, this.panel);
    this.line = new StopLine((epoch) => this.mark({ when: "epoch", value: epoch }), () => this.set(this.told));
    this.onOutside = (event) => !this.element.contains(event.target) && this.flip(false);
  }

  /** Take over {label, title, help, choices: [{when, label, value, unit, min, max, step}]}; nothing is offered without. */
  offer(stops) {
    const shape = JSON.stringify(stops);
    if (shape === this.shape) return;
    this.shape = shape;
    this.element.hidden = !stops;
    if (!stops) return;
    this.choices = Object.fromEntries(stops.choices.map((choice) => [choice.when, choice]));
    this.button.textContent = stops.label;
    this.button.title = stops.title;
    this.select = make("select", { id: `${this.id}-when`, onchange: () => this.choose() },
      ...stops.choices.map(({ when, label }) => make("option", { value: when, text: label })));
    this.unit = make("span", { class: "lab-unit" });
    this.field = make("input", { type: "number", id: `${this.id}-value`, "aria-label": stops.value, onchange: () => this.typed() });
    this.panel.replaceChildren(make("label", { for: `${this.id}-when`, text: stops.title }), this.select, this.field, this.unit, helpMark(stops.help));
    this.mark(this.told);
  }

  /** The condition that the run reports; an own choice that is under way is waited for. */
  show({ stop_at: told }) {
    if (!told || this.line.isMoved) return; // the hand is at it
    if (same(told, this.awaited) || performance.now() > this.until) this.awaited = undefined;
    if (!this.awaited && !same(told, this.told)) this.mark(told);
  }

  mark(told) {
    this.told = told;
    if (!this.select) return;
    const { label, unit, value, min, max, step } = this.choices[told.when];
    if (told.when !== "never") this.values[told.when] = told.value;
    this.select.value = told.when;
    this.field.hidden = this.unit.hidden = told.when === "never";
    Object.assign(this.field, { min, max, step });
    if (document.activeElement !== this.field) this.field.value = this.values[told.when] ?? value;
    this.unit.textContent = unit;
    this.line.show(told.when === "epoch" ? told.value : undefined);
    this.button.toggleAttribute("data-on", told.when !== "never");
    this.button.setAttribute("aria-label", `${this.button.textContent} ${label}${told.when === "never" ? "" : ` ${told.value} ${unit}`}`);
  }

  /** Keep the line where its epoch is on the chart of the losses. */
  place(charts) {
    this.line.place(charts.find(({ about }) => about?.name === "loss"));
  }

  choose() {
    const when = this.select.value;
    this.set({ when, value: when === "never" ? 0 : this.values[when] ?? this.choices[when].value });
  }

  /** A number outside the bounds is brought inside, and that is said; an emptied field changes nothing. */
  typed() {
    const { when } = this.told;
    const { label, min, max, step } = this.choices[when];
    if (this.field.value === "") return void (this.field.value = this.told.value);
    const asked = Number(this.field.value);
    const inside = Math.min(max, Math.max(min, asked));
    const value = step === 1 ? Math.round(inside) : inside;
    this.set({ when, value });
    this.field.value = value;
    if (value !== asked) this.say(say(step === 1 ? "outside_whole" : "outside", { label, low: number(min), high: number(max), asked, value }));
  }

  set(condition) {
    this.awaited = condition;
    this.until = performance.now() + ECHO_WAIT;
    this.mark(condition);
    this.onSet(condition, nextGesture());
  }

  flip(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    document[open ? "addEventListener" : "removeEventListener"]("pointerdown", this.onOutside);
    if (open) this.select.focus();
  }

  close() {
    if (this.panel.hidden) return;
    this.flip(false);
    this.button.focus();
  }
}

/** The epoch to stop at as a line on a chart, which can be dragged or moved by keys; `onMove(epoch)` meanwhile, `onRest()` after. */
class StopLine {
  constructor(onMove, onRest) {
    Object.assign(this, { onMove, onRest });
    this.text = make("span");
    this.element = make("div", {
      class: "lab-stop-line", role: "slider", tabindex: 0, hidden: "", "aria-label": say("stop_line"), "aria-valuemin": 1,
      onpointerdown: (event) => this.grab(event), onkeydown: (event) => this.press(event), onkeyup: () => this.rest(),
    }, this.text);
  }

  show(epoch) {
    this.epoch = epoch;
    if (epoch !== undefined) this.element.setAttribute("aria-valuenow", epoch);
    this.place(this.chart);
  }

  place(chart) {
    this.chart = chart;
    this.element.hidden = this.epoch === undefined || !chart?.built;
    if (this.element.hidden) return;
    const { xaxis, yaxis } = chart.plot._fullLayout;
    if (chart !== this.heard) (this.heard = chart).plot.on("plotly_relayout", () => this.place(this.chart));
    if (this.element.parentElement !== chart.plot.parentElement) chart.plot.parentElement.append(this.element);
    const there = xaxis.d2p(this.epoch);
    const x = Math.min(Math.max(0, there), xaxis._length); // one that is still far off waits at the rim
    write(this.text, say("stop_at", { epoch: number(this.epoch) }) + (there > xaxis._length ? " →" : ""));
    const style = `left:${(xaxis._offset + x).toFixed(1)}px;top:${yaxis._offset}px;height:${yaxis._length}px`;
    if (this.element.getAttribute("style") !== style) this.element.setAttribute("style", style);
    this.element.toggleAttribute("data-left", x > xaxis._length / 2);
  }

  move(epoch) {
    this.isMoved = true;
    this.onMove(Math.max(1, Math.round(epoch)));
  }

  grab(event) {
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    const end = new AbortController();
    const { signal } = end;
    this.element.addEventListener("pointermove", ({ clientX }) => {
      const { xaxis } = this.chart.plot._fullLayout;
      this.move(xaxis.p2d(clientX - this.chart.plot.getBoundingClientRect().left - xaxis._offset));
    }, { signal });
    for (const kind of ["pointerup", "pointercancel"]) this.element.addEventListener(kind, () => { end.abort(); this.rest(); }, { signal });
  }

  press(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(this.epoch + step);
  }

  rest() {
    if (this.isMoved) this.onRest();
    this.isMoved = false;
  }
}

function same(one, other) {
  return one?.when === other?.when && one?.value === other?.value;
}

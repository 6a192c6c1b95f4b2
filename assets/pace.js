// How fast a run is seen to train: some named paces, or a number of epochs per second.
import { nextGesture } from "./controls.js";
import { helpMark, make } from "./dom.js";
import { number, say } from "./words.js";

const ECHO_WAIT = 2000; // ms in which older snapshots may still tell the pace of before

/** A segmented choice and an exact field. `onSet(pace, gesture)` when the hand chooses, `say(text)` what was not taken. */
export class PaceChoice {
  constructor(id, onSet, say) {
    this.id = id;
    this.onSet = onSet;
    this.say = say;
    this.element = make("fieldset", { class: "lab-pace", hidden: "" });
  }

  /** Take over {label, help, choices: [{value, label, help}], number: {label, help, unit, min, max}}; nothing is offered without. */
  offer(paces) {
    const shape = JSON.stringify(paces);
    if (shape === this.shape) return;
    this.shape = shape;
    this.element.hidden = !paces;
    if (!paces) return;
    this.number = paces.number;
    this.radios = paces.choices.map(({ value }) =>
      make("input", { type: "radio", name: this.id, id: `${this.id}-${value}`, value, onchange: () => this.set(value) }));
    this.field = make("input", {
      type: "number", step: "any", min: paces.number.min, max: paces.number.max, placeholder: "…", title: paces.number.help,
      "aria-label": paces.number.label, onchange: () => this.typed(), onblur: () => this.showNumber(),
    });
    this.element.replaceChildren(
      make("legend", { class: "lab-pace-label", text: paces.label }),
      make("div", { class: "lab-segments" }, ...paces.choices.flatMap(({ value, label, help }, i) =>
        [this.radios[i], make("label", { for: `${this.id}-${value}`, title: help, text: label })])),
      this.field, make("span", { class: "lab-unit", "aria-hidden": "true", text: paces.number.unit }), helpMark(paces.help));
    this.mark(this.pace);
  }

  /** The pace that the run reports; an own choice that is under way is waited for. */
  show({ pace }) {
    if (pace === undefined) return;
    if (pace === this.awaited || performance.now() > this.until) this.awaited = undefined;
    if (this.awaited === undefined && pace !== this.pace) this.mark(pace);
  }

  mark(pace) {
    this.pace = pace;
    for (const radio of this.radios ?? []) radio.checked = radio.value === pace;
    if (this.field && document.activeElement !== this.field) this.showNumber();
  }

  showNumber() {
    this.field.value = typeof this.pace === "number" ? this.pace : "";
    this.element.toggleAttribute("data-number", typeof this.pace === "number");
  }

  set(pace) {
    this.awaited = pace;
    this.until = performance.now() + ECHO_WAIT;
    this.mark(pace);
    this.onSet(pace, nextGesture());
  }

  /** A number outside the bounds is brought inside, and that is said; an emptied field changes nothing. */
  typed() {
    if (this.field.value === "") return this.showNumber();
    const { label, min, max } = this.number;
    const asked = Number(this.field.value);
    const pace = Math.min(max, Math.max(min, asked));
    this.set(pace);
    this.field.value = pace;
    this.element.toggleAttribute("data-number", true);
    if (asked !== pace) this.say(say("outside", { label, low: min, high: number(max), asked, value: pace }));
  }
}

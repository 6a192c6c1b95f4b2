// For a projector: large type, two charts and the dock, and keys in place of the mouse.
import { make } from "./dom.js";

const PRESENTING = "lab-presenting";
const TYPING = "input:not([type=range], [type=radio]), textarea, select, [contenteditable=true], [role=combobox]";
const ARROWS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

export class Presenting {
  /** words: from Python; press: {run, move, strength} do what a key asks for; `onFlip(on)` tells the page. */
  constructor(words, press, onFlip) {
    Object.assign(this, { press, onFlip, penalty: "1" });
    this.button = make("button", { type: "button", class: "lab-button", "aria-pressed": "false", title: words.present_help, text: words.present, onclick: () => this.flip() });
    this.onKey = (event) => this.key(event);
    addEventListener("keydown", this.onKey);
  }

  get on() {
    return document.documentElement.classList.contains(PRESENTING);
  }

  /** The page's word, where it differs from what was asked for last. */
  update(on) {
    if (on === this.asked) return;
    this.asked = on;
    this.show(on);
  }

  flip() {
    this.asked = !this.on;
    this.show(this.asked);
    this.onFlip(this.asked);
  }

  show(on) {
    if (this.on === on) return;
    document.documentElement.classList.toggle(PRESENTING, on);
    this.button.setAttribute("aria-pressed", String(on));
    this.press.resized();
  }

  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches?.(TYPING)) return;
    if (key === "p" || key === "P") return this.flip();
    const hasArrows = target.matches?.("input") && !target.closest(".lab-rewind"); // a strength, a pace; the line of time is ours
    if (!this.on || (hasArrows && ARROWS.has(key))) return;
    const action = {
      " ": () => target.matches?.("button, a, summary") || this.press.run(),
      ArrowLeft: () => this.press.move(-1), ArrowRight: () => this.press.move(1),
      ArrowUp: () => this.press.strength(this.penalty, 1), ArrowDown: () => this.press.strength(this.penalty, -1),
      1: () => { this.penalty = "1"; }, 2: () => { this.penalty = "2"; },
      f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
    }[key === "F" ? "f" : key];
    if (!action) return;
    if (action() !== true) event.preventDefault();
  }

  destroy() {
    removeEventListener("keydown", this.onKey);
    document.documentElement.classList.remove(PRESENTING);
  }
}

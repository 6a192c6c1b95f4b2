// The layout of a study: what is found so far, its charts, and a dock with buttons and sliders that stays in reach of the hand.
import { fold } from "./hero.js";
import { make } from "./dom.js";
import { say } from "./words.js";

export class StudyLayout {
  /** parts: the stage's elements {status, verdict, grid, bar, scrubs, sliders, readouts}. */
  constructor(root, { status, verdict, grid, bar, scrubs, sliders, readouts }) {
    this.sliders = sliders;
    this.fold = fold(say("more"), say("more_help"), sliders);
    this.folds = make("div", { class: "lab-buttons lab-folds" }, this.fold);
    bar.append(this.folds);
    const dock = make("div", { class: "lab-desk", role: "region", "aria-label": say("controls") }, bar, scrubs, sliders, readouts);
    root.dataset.layout = "study";
    root.append(status, verdict, grid, dock);
  }

  /** Where the hand has an axis to move along, the strengths of the next run are looked at now and then: they fold. */
  sort(hasScrubs, hasSliders) {
    const folds = hasScrubs && hasSliders;
    if (this.folds.hidden === !folds) return;
    this.folds.hidden = !folds;
    this.sliders.hidden = folds;
    this.fold.setAttribute("aria-expanded", "false");
  }
}

// What is said in words: read-outs, the verdict or a banner in its place, and the state of the line.
import { helpMark, make, write } from "./dom.js";

export class Facts {
  /** `send` takes the commands of a remedy. */
  constructor(send) {
    this.send = send;
    this.values = {};
    this.own = {};
    this.readouts = make("dl", { class: "lab-readouts" });
    this.icon = make("span", { class: "lab-icon", "aria-hidden": "true" });
    this.sentence = make("span", { "aria-live": "polite" });
    this.remedy = make("button", { type: "button", class: "lab-button lab-remedy", hidden: "", onclick: () => this.send(this.commands) });
    this.verdict = make("div", { class: "lab-verdict", "data-tone": "plain" }, this.icon, this.sentence, this.remedy);
    this.place = make("div", { class: "lab-verdict-place" }, this.verdict);
    this.status = make("p", { class: "lab-status", role: "status" });
  }

  /** Take over the list of read-outs {name, label, help} and the looks of verdicts {kind: {icon, tone}}. */
  update(old, { readouts, verdicts }) {
    this.looks = verdicts ?? {};
    if (JSON.stringify(old.readouts) === JSON.stringify(readouts)) return;
    this.values = Object.fromEntries(readouts.map(({ name }) => [name, make("dd", { text: "–" })]));
    this.own = Object.fromEntries(readouts.map(({ name }) => [`${name}_own`, make("dd", { class: "lab-own" })]));
    this.items = readouts.map(({ name, label, help }) =>
      make("div", { "data-readout": name }, make("dt", {}, make("span", { text: label, title: label }), helpMark(help)), this.values[name], this.own[`${name}_own`]));
    this.readouts.replaceChildren(...this.items);
  }

  /** Show the facts; a banner {kind, text, remedy} takes the verdict's place. */
  show({ readouts, verdict, banner }) {
    for (const [name, element] of Object.entries(this.values)) write(element, readouts?.[name] ?? "–");
    for (const [name, element] of Object.entries(this.own)) write(element, readouts?.[name] ?? ""); // in the target's own unit
    const said = banner ?? verdict ?? { kind: "", text: "" };
    const look = this.looks[said.kind] ?? (banner ? { icon: "⚠", tone: "bad" } : { icon: "", tone: "plain" });
    write(this.icon, look.icon);
    const isShort = this.isShort && said.short;
    write(this.sentence, isShort ? said.short : said.text);
    this.verdict.title = this.isShort ? said.text : "";
    if (this.verdict.dataset.tone !== look.tone) this.verdict.dataset.tone = look.tone;
    this.verdict.dataset.kind = said.kind;
    this.verdict.toggleAttribute("data-banner", Boolean(banner));
    this.commands = said.remedy?.commands ?? [];
    this.remedy.hidden = !said.remedy;
    write(this.remedy, said.remedy?.label ?? "");
  }

  /** The state of the line, "" when all is well. */
  say(text) {
    write(this.status, text);
  }
}

// A card that holds a table of texts made in Python, {heads, rows: [{cells, note}]} of `meta.tables`, in place of a chart.
import { make, write } from "./dom.js";

const nothing = () => {};

/** Stands where a `Chart` stands. */
export class Sheet {
  constructor({ layout }) {
    this.about = layout.meta;
    this.cost = 0;
    this.body = make("div", { class: "lab-sheet", tabindex: 0, role: "region", "aria-label": this.about.title });
    this.card = make("section", { class: "lab-chart", "data-figure": this.about.name, "data-size": "full" },
      make("header", { class: "lab-chart-head" }, make("h3", { text: this.about.title })),
      make("p", { class: "lab-look", text: this.about.look_for }), make("span"), this.body);
    this.retheme = this.destroy = this.build = nothing;
    this.built = true;
  }

  follows() {
    return false;
  }

  /** Write the texts that have changed; nodes stay unless the table's shape is another. */
  draw(view) {
    this.view = view;
    this.isStale = false;
    const table = view.meta.tables?.[this.about.name];
    if (!table) return;
    const shape = JSON.stringify([table.heads, table.rows.length]);
    if (shape !== this.shape) this.lay(table);
    this.shape = shape;
    const texts = table.rows.flatMap(({ cells, note }) => [...cells, note]);
    texts.forEach((text, i) => write(this.places[i], text));
  }

  lay({ heads, rows }) {
    this.places = [];
    const place = (tag, attributes = {}) => this.places[this.places.push(make(tag, attributes)) - 1];
    const lines = rows.flatMap(() => [
      make("tr", {}, ...heads.map((text, i) => (i ? place("td", { "data-head": text }) : place("th", { scope: "row" })))),
      make("tr", { class: "lab-note" }, place("td", { colspan: heads.length })),
    ]);
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })));
    this.body.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)));
  }
}

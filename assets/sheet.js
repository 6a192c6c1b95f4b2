// A card that holds a table of texts made in Python, {heads, rows: [{cells, note, room, best}]} of `meta.tables`, in place of a chart.
import { make, write } from "./dom.js";
import { swatch } from "./legend.js";

const nothing = () => {};

/** Stands where a `Chart` stands. `about.swatches` are samples of line or marker, one before the head of each row. */
export class Sheet {
  constructor({ layout }) {
    this.about = layout.meta;
    this.cost = 0;
    this.body = make("div", { class: "lab-sheet", tabindex: 0, role: "region", "aria-label": this.about.title });
    this.card = make("section", { class: "lab-chart", "data-figure": this.about.name, "data-size": this.about.size ?? "full" },
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
    table.rows.forEach(({ cells, note, room, best = [] }, i) => {
      const { places, line, words, rooms } = this.lines[i];
      cells.forEach((text, j) => write(places[j], text));
      places.forEach((place, j) => place.toggleAttribute("data-best", best.includes(j)));
      write(words, note ?? "");
      write(rooms, room ?? ""); // unseen: what is below stands still while the note comes and changes
      line.hidden = !note && !room;
    });
  }

  lay({ heads, rows }) {
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })));
    const body = make("tbody");
    this.lines = rows.map((_, i) => {
      const [first, ...rest] = heads.map((text, j) => (j ? make("td", { "data-head": text }) : make("span")));
      const mark = this.about.swatches?.[i];
      const words = make("span");
      const rooms = make("span", { "aria-hidden": "true" });
      const line = make("tr", { class: "lab-note" }, make("td", { colspan: heads.length }, make("div", {}, words, rooms)));
      body.append(make("tr", {}, make("th", { scope: "row" }, ...(mark ? [swatch(mark)] : []), first), ...rest), line);
      return { places: [first, ...rest], line, words, rooms };
    });
    this.body.replaceChildren(make("table", {}, make("thead", {}, head), body));
  }
}

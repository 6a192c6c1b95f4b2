// When each chart is drawn: what the reader sees first, the rest when the hand or the stream rests.
const CHEAP = 8; // ms; a chart that costs more waits while a slider moves
const DEFER = 50; // ms after the hand's last move
const REST = 350; // ms without news, then charts out of view are drawn too
const NEAR = "150px";

const isHero = ({ about }) => about.place === "hero";

export class Painter {
  constructor() {
    this.charts = [];
    this.near = new Map();
    this.observer = new IntersectionObserver((entries) => this.noticed(entries), { rootMargin: NEAR });
  }

  /** Take over a new set of charts. */
  watch(charts) {
    this.observer.disconnect();
    this.near.clear();
    this.charts = charts;
    charts.forEach((chart) => this.observer.observe(chart.card));
  }

  /** Show a view; `hurried` while a hand moves: costly charts, but for the large one, wait until it rests. */
  paint(view, hurried = false) {
    for (const chart of this.charts) {
      chart.view = view;
      chart.isStale = true;
      if (this.isNear(chart) && !(hurried && chart.cost > CHEAP && !isHero(chart))) chart.draw(view);
    }
    clearTimeout(this.soon);
    clearTimeout(this.rest);
    this.soon = setTimeout(() => this.catchUp((chart) => this.isNear(chart)), DEFER);
    this.rest = setTimeout(() => this.catchUp(() => true), REST);
  }

  /** Draw what is stale, one chart per task so that the page stays quick. */
  catchUp(wanted) {
    const chart = this.charts.find((one) => one.isStale && one.built && wanted(one));
    if (!chart) return;
    chart.draw(chart.view);
    setTimeout(() => this.catchUp(wanted), 0);
  }

  /** Whether a chart is not built yet or still shows an older view. */
  get isBehind() {
    return !this.charts.length || this.charts.some((chart) => chart.isStale || !chart.built);
  }

  isNear(chart) {
    return this.near.get(chart.card) ?? true;
  }

  noticed(entries) {
    for (const { target, isIntersecting } of entries) this.near.set(target, isIntersecting);
    this.catchUp((chart) => this.isNear(chart));
  }

  destroy() {
    clearTimeout(this.soon);
    clearTimeout(this.rest);
    this.observer.disconnect();
  }
}

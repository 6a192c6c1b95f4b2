// A curve sketched with the finger, a mouse or the arrow keys: heights 0…9 at even places, told when the hand rests.
const NS = "http://www.w3.org/2000/svg";
const [WIDE, HIGH, LEFT, RIGHT, TOP, BELOW] = [360, 230, 34, 14, 12, 40];
const TOP_HEIGHT = 9;
const REST = 400; // ms without a key after which the drawing is told
const drawings = new WeakMap();

/** An SVG element with attributes; `text` is its content. */
function draw(name, attributes, ...children) {
  const { text, ...rest } = attributes;
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(rest)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

class Drawing {
  constructor(parent) {
    this.line = draw("polyline", { fill: "none", stroke: "var(--st-primary-color, #00679F)", "stroke-width": 3, "stroke-linejoin": "round" });
    this.handles = draw("g", {});
    this.frame = draw("g", { fill: "currentColor", "font-size": 12 });
    this.svg = draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "group" }, this.frame, this.line, this.handles);
    this.svg.style.cssText = "width: 100%; max-width: 30rem; touch-action: none; cursor: crosshair; display: block; border: 1px solid var(--st-border-color, #ccc); border-radius: 0.5rem; user-select: none;";
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.isDown && this.follow(event));
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, () => this.end());
    this.missing = document.createElement("p");
    this.missing.setAttribute("role", "status");
    this.missing.style.cssText = "margin: 0.3rem 0 0; font-size: 0.875rem; min-height: 1.3em;";
    parent.append(this.svg, this.missing);
  }

  update({ data, setStateValue }) {
    const isNew = this.data?.n !== data.n || this.data?.x !== data.x;
    this.data = data;
    this.tell = setStateValue;
    this.svg.setAttribute("aria-label", data.label);
    if (!this.isDown && !this.rest) this.heights = data.heights ? [...data.heights] : new Array(data.n).fill(null);
    if (isNew) this.build();
    this.show();
  }

  /** Axes, their names, and a handle for each place. */
  build() {
    const bottom = HIGH - BELOW;
    this.frame.replaceChildren(
      draw("path", { d: `M${LEFT},${TOP}V${bottom}H${WIDE - RIGHT}`, fill: "none", stroke: "currentColor", "stroke-opacity": 0.6 }),
      draw("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 6, "text-anchor": "middle", text: this.data.x }),
      draw("text", { x: 14, y: (TOP + bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(TOP + bottom) / 2})`, text: this.data.y }),
      ...this.data.ticks.map((text, i) => draw("text", { x: this.across((i * (this.data.n - 1)) / (this.data.ticks.length - 1)), y: bottom + 16, "text-anchor": "middle", text })),
    );
    this.dots = this.heights.map((_, i) => {
      const dot = draw("circle", { r: 7, tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": TOP_HEIGHT, "aria-orientation": "vertical", fill: "var(--st-primary-color, #00679F)" });
      dot.addEventListener("keydown", (event) => this.key(event, i));
      return dot;
    });
    this.handles.replaceChildren(...this.dots);
  }

  across(place) {
    return LEFT + 12 + (place * (WIDE - LEFT - RIGHT - 24)) / (this.data.n - 1);
  }

  up(height) {
    return HIGH - BELOW - 6 - (height * (HIGH - TOP - BELOW - 12)) / TOP_HEIGHT;
  }

  show() {
    const drawn = this.heights.map((height, i) => (height === null ? null : `${this.across(i)},${this.up(height)}`));
    this.line.setAttribute("points", drawn.filter(Boolean).join(" "));
    this.svg.style.opacity = this.data.disabled ? 0.6 : 1;
    this.dots.forEach((dot, i) => {
      const height = this.heights[i];
      dot.setAttribute("cx", this.across(i));
      dot.setAttribute("cy", this.up(height ?? TOP_HEIGHT / 2));
      dot.setAttribute("fill-opacity", height === null ? 0.25 : 1);
      dot.setAttribute("aria-valuenow", height ?? Math.round(TOP_HEIGHT / 2));
      dot.setAttribute("aria-valuetext", height === null ? this.data.words.open : `${height}`);
      dot.setAttribute("aria-label", this.data.words.place.replace("{i}", i + 1).replace("{n}", this.data.n));
      dot.toggleAttribute("aria-disabled", this.data.disabled);
    });
    const k = drawn.filter((point) => point === null).length;
    const text = k && k < this.data.n ? this.data.words.missing.replace("{k}", k).replace("{n}", this.data.n) : "";
    if (this.missing.textContent !== text) this.missing.textContent = text;
  }

  begin(event) {
    if (this.data.disabled) return;
    this.isDown = true;
    this.last = undefined;
    this.svg.setPointerCapture(event.pointerId);
    this.follow(event);
  }

  /** The height under the pointer, at each place that it has passed since. */
  follow(event) {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) * WIDE) / box.width, y = ((event.clientY - box.top) * HIGH) / box.height;
    const place = this.clip(Math.round(((x - LEFT - 12) * (this.data.n - 1)) / (WIDE - LEFT - RIGHT - 24)), this.data.n - 1);
    const height = this.clip(Math.round(((HIGH - BELOW - 6 - y) * TOP_HEIGHT) / (HIGH - TOP - BELOW - 12)), TOP_HEIGHT);
    const from = this.last ?? { place, height }, n = Math.abs(place - from.place);
    for (let k = 0; k <= n; k++) {
      const share = n ? k / n : 1;
      this.heights[Math.round(from.place + share * (place - from.place))] = Math.round(from.height + share * (height - from.height));
    }
    this.last = { place, height };
    this.show();
  }

  clip(value, most) {
    return Math.min(most, Math.max(0, value));
  }

  end() {
    if (!this.isDown) return;
    this.isDown = false;
    this.send();
  }

  key(event, i) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key], to = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (to) this.dots[i + to]?.focus();
    if (by && !this.data.disabled) {
      this.heights[i] = this.clip((this.heights[i] ?? Math.round(TOP_HEIGHT / 2)) + by, TOP_HEIGHT);
      this.show();
      clearTimeout(this.rest);
      this.rest = setTimeout(() => { this.rest = undefined; this.send(); }, REST);
    }
    if (by || to) event.preventDefault();
  }

  /** Told once every place has a height. */
  send() {
    if (!this.heights.includes(null)) this.tell("heights", this.heights.join(""));
  }
}

export default function (component) {
  const { parentElement } = component;
  let drawing = drawings.get(parentElement);
  if (!drawing) drawings.set(parentElement, (drawing = new Drawing(parentElement)));
  drawing.update(component);
  return () => {
    if (parentElement.isConnected) return;
    drawing.svg.remove();
    drawing.missing.remove();
    drawings.delete(parentElement);
  };
}

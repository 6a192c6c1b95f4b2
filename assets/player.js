// Plays the recording of a preset's run on a page that was just opened, and hands over to the live run at the first touch.
import { LATER, loadRecording } from "./recording.js";

const LENGTH_S = 8;
const SEEN = "-48px"; // so much of a picture is in view before it is fetched
const HINT = "lab-hint";
const GOES_ON = new Set(["set", "reseed"]); // what was playing goes on after these

export class Player {
  /** `show(snapshot)` a moment; `onEnd()` when the last one is shown. */
  constructor(preset, show, onEnd) {
    Object.assign(this, { show, onEnd, isPlaying: true });
    this.ready = loadRecording(preset).then((recording) => this.begin(recording));
  }

  begin(recording) {
    if (this.gone) return;
    if (!recording) return this.stop(); // the page stands still then, as with any link
    this.recording = recording;
    this.began = performance.now();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.began -= 1000 * LENGTH_S;
    this.next();
  }

  next() {
    if (this.gone || !this.isPlaying) return;
    const index = this.recording.indexAt((performance.now() - this.began) / 1000, LENGTH_S);
    if (index !== this.index) this.draw(index);
    if (index === this.recording.length - 1) {
      this.isPlaying = false;
      return this.onEnd();
    }
    requestAnimationFrame(() => this.next());
  }

  draw(index) {
    this.index = index;
    this.epoch = this.recording.epoch(index);
    const now = this.recording.at(index);
    this.show(this.isPaused ? { ...now, meta: { ...now.meta, state: "paused" } } : now);
  }

  /** Stand still at the moment shown. */
  pause() {
    this.isPlaying = false;
    this.isPaused = true;
    this.draw(this.index);
  }

  stop() {
    this.gone = true;
    this.isPlaying = false;
  }
}

/** What an untouched page shows: a recording, `shown` now, until the run itself has begun. `draw(snapshot)`, `send(message)`, `onEnd()`. */
export class Opening {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Play a preset's recording, once, where the run {epoch, state} has not begun. */
  play(preset, { epoch, state }) {
    if (!preset || this.player || epoch > 0 || state !== "paused") return;
    this.player = new Player(preset, (snapshot) => {
      this.shown = snapshot;
      this.draw(snapshot);
      this.complete();
    }, this.onEnd);
  }

  /** Take over a new set of charts: one's pictures are fetched when they come into view. */
  watch(charts) {
    this.observer?.disconnect();
    this.isSeen = false;
    const chart = charts.find(({ about }) => about.images?.some(({ array }) => array === LATER));
    this.observer = chart && new IntersectionObserver((entries) => {
      this.isSeen = entries.at(-1).isIntersecting;
      this.complete();
    }, { rootMargin: SEEN });
    this.observer?.observe(chart.plot);
  }

  /** Where a picture is in view that the recording has not yet: fetch it, and draw the moment again. */
  async complete() {
    const { player } = this;
    if (!this.shown || player.gone || !this.isSeen) return;
    if (await player.recording.complete() && !player.gone) player.draw(player.index);
  }

  /** The first touch goes on live from the moment shown. Returns whether the message is dealt with already. */
  touch(message) {
    const { player } = this;
    if (!this.shown) {
      player?.stop();
      return false;
    }
    if (message?.type === "pause" && player.isPlaying) {
      player.pause();
      return true;
    }
    this.send({ type: "recall", epoch: player.epoch });
    if (player.isPlaying && GOES_ON.has(message?.type)) this.send({ type: "run" });
    player.stop();
    this.isLeft = true;
    return false;
  }

  /** The run speaks: its own picture takes the place of the recording's, once it has begun or the recording was left. */
  hear({ epoch }) {
    if (epoch > 0 || this.isLeft) this.end();
  }

  end() {
    this.player?.stop();
    this.shown = undefined;
  }
}

/** Point once at what to move now; it ends with the first touch of it. */
export function hintAt(element, words) {
  element.classList.add(HINT);
  element.dataset.hint = words;
  const end = () => {
    element.classList.remove(HINT);
    for (const kind of ["pointerdown", "keydown"]) element.removeEventListener(kind, end);
  };
  for (const kind of ["pointerdown", "keydown"]) element.addEventListener(kind, end);
}

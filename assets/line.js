// Which job the stage follows: the one Python names, or the one this browser tab remembers from before a reload.
import { address } from "./load.js";
import { Stream } from "./stream.js";
import { say } from "./words.js";

const PATIENCE = 3000;
const START_OVER_EVERY = 30_000;
const STARTED_OVER = "overfitLab.startedOver";

const TAB = "overfitLab.tab";

/** The name of this browser tab. A reload keeps it; a duplicated tab, which has all that the first one stored, takes another. */
function nameTab() {
  const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
  const name = (isReload && sessionStorage.getItem(TAB)) || Math.random().toString(36).slice(2);
  sessionStorage.setItem(TAB, name);
  return name;
}

const tab = nameTab();
const jobOf = (path) => path.split("/").at(-2);
const withJob = (path, job) => path.replace(jobOf(path), job);

/** `on` = {started(), message(decoded), say(text), connected(is), adopted(job), lost(job)}. */
export class Line {
  constructor(on) {
    this.on = on;
  }

  /** Follow the job at a path; `key` says what it computes, and under it a tab remembers its job. */
  follow(path, key) {
    this.given = path;
    if (path === this.path) return;
    this.storage = `overfitLab.job.${key}`;
    this.stream?.close();
    this.on.started();
    const stored = sessionStorage.getItem(this.storage);
    this.open(stored ? withJob(path, stored) : path);
  }

  open(path) {
    this.path = path;
    clearTimeout(this.plea);
    this.stream = new Stream(path, tab, {
      message: (message) => this.on.message(message),
      error: (text) => this.on.say(text),
      status: (text) => { this.on.say(text); this.on.connected(text === ""); },
      gone: (wasDropped) => this.jobIsGone(wasDropped),
      taken: () => this.path !== this.given && (this.jobIsGone(true), true),
    });
  }

  send(message) {
    this.stream.send(message);
  }

  /** The id of the job that is followed now. */
  get job() {
    return jobOf(this.path);
  }

  /** The first snapshot has come: remember the job for a reload of the page, and tell Python if it is not the one given. */
  adopt() {
    const job = jobOf(this.path);
    sessionStorage.setItem(this.storage, job);
    if (this.path !== this.given) this.on.adopted(job);
  }

  /** The job of this address is gone: try Python's, else ask Python for a new one. One that Python dropped itself may take
   * long to be followed by the next; one that was never known is perhaps asked for in vain. */
  jobIsGone(wasDropped) {
    if (this.path !== this.given) {
      const gone = this.job;
      sessionStorage.removeItem(this.storage);
      this.open(this.given);
      this.on.adopted(this.job);
      return this.on.lost(gone); // perhaps it was put away
    }
    if (wasDropped) sessionStorage.removeItem(this.storage); // else it is asked for again after a reload: it may have been put away
    this.on.say(say("starting_anew"));
    this.on.lost(jobOf(this.path));
    if (!wasDropped) this.plea = setTimeout(() => this.startOver(), PATIENCE);
  }

  /** After a restart of the server the old session's page has no one to answer: its address holds all that is needed. */
  async startOver() {
    const { path } = this;
    const { ok } = await fetch(address("/_stcore/health")).catch(() => ({ ok: false }));
    if (this.closed || path !== this.path) return;
    const since = Date.now() - Number(sessionStorage.getItem(STARTED_OVER) ?? 0);
    if (!ok) this.plea = setTimeout(() => this.startOver(), PATIENCE);
    else if (since < START_OVER_EVERY) this.on.say(say("reload"));
    else {
      sessionStorage.setItem(STARTED_OVER, Date.now());
      location.reload();
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.plea);
    this.stream?.close();
  }
}

// The wire: a WebSocket that pulls snapshots of named arrays and carries the commands back.
import { address } from "./load.js";
import { say } from "./words.js";

const TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };
const UNKNOWN_JOB = 4404;
const DROPPED_JOB = 4410; // ended while it was watched
const OTHER_TAB = 4409; // another tab of the browser watches this run
const REFUSED = 4403;
const FULL = 4429;
const LONGEST_WAIT = 8000;

/** Header and arrays of one binary message: {kind, version, meta, arrays: {name: {data, shape}}}. */
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const arrays = {};
  for (const { name, dtype, shape, offset } of header.arrays) {
    const size = shape.reduce((product, n) => product * n, 1);
    const data = dtype === "float16" ? fromHalves(buffer, start + offset, size) : new TYPES[dtype](buffer, start + offset, size);
    arrays[name] = { data, shape };
  }
  return { kind: header.kind, version: header.version, meta: header.meta, arrays };
}

let halves; // the value of each of the 65,536 float16 numbers, for browsers without a Float16Array

/** Float32Array of the float16 numbers in a buffer. */
function fromHalves(buffer, start, size) {
  if (window.Float16Array) return new Float32Array(new Float16Array(buffer, start, size));
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => valueOfHalf(bits));
  return Float32Array.from(new Uint16Array(buffer, start, size), (bits) => halves[bits]);
}

/** Value of 16 bits: sign, 5 of exponent, 10 of fraction. */
export function valueOfHalf(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
}

/** Row i along the leading axis. */
export function row({ data, shape }, i) {
  const rest = shape.slice(1);
  const size = rest.reduce((product, n) => product * n, 1);
  return { data: data.subarray(i * size, (i + 1) * size), shape: rest };
}

/** Keeps one socket open; `on` = {message(decoded), error(text), status(text), gone(wasDropped), taken()}. `tab` names the browser tab. */
export class Stream {
  constructor(path, tab, on) {
    this.tab = tab;
    this.path = path;
    this.on = on;
    this.version = -1;
    this.wait = 500;
    this.pending = new Map();
    this.connect();
  }

  connect() {
    const url = address(this.path);
    url.searchParams.set("tab", this.tab);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = ({ data }) => this.received(data);
    this.socket.onclose = ({ code, reason }) => this.lost(code, reason);
  }

  opened() {
    this.on.status("");
    for (const message of this.pending.values()) this.send(message);
    this.pending.clear();
    this.ready();
  }

  received(data) {
    this.wait = 500;
    if (typeof data === "string") return this.on.error(JSON.parse(data).text);
    const message = decode(data);
    if (message.kind === "snapshot") this.version = message.version;
    this.on.message(message);
  }

  lost(code, reason) {
    if (this.closed) return;
    if (code === UNKNOWN_JOB || code === DROPPED_JOB) return this.on.gone(code === DROPPED_JOB);
    if (code === OTHER_TAB && this.on.taken()) return;
    if (code === REFUSED) return this.on.status(reason); // it would be refused again
    this.on.status(code === FULL || code === OTHER_TAB ? reason : say("lost"));
    this.timer = setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
  }

  /** Ask for the next snapshot newer than the one just drawn. */
  ready() {
    this.send({ type: "ready", version: this.version });
  }

  /** Send now; strengths and points set while the line is down are kept, other commands are not. */
  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    else if (message.type === "points") this.pending.set("points", message);
    else if (message.type === "set") this.pending.set(`${message.name}.${message.member}`, message);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}

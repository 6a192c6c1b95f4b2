// A loss in the target's own unit: √loss · scale is a typical error. Which attributes hold losses, Python says (`meta.own`).
import { say } from "./words.js";

/** What a loss is in the unit {scale, name}: the root of a mean square; NaN for none. */
export const errorOf = (loss, { scale }) => Math.sqrt(loss ?? NaN) * scale;

/** Three digits, with a mark of thousands where there are more. */
export function errorText(error) {
  if (error >= 1000 && error < 1e6) return Math.round(error).toLocaleString("en-US");
  const text = error.toPrecision(3);
  return text.includes("e") ? Number(text).toExponential(2).replace("e+", "e") : String(Number(text));
}

/** The words beside losses, one or a field of them; "" where there is none. */
export function wordsOf(losses, unit) {
  return Array.from(losses, (loss) => {
    if (loss?.length !== undefined) return wordsOf(loss, unit);
    const error = errorOf(loss, unit);
    return Number.isFinite(error) ? say("off_by", { error: errorText(error), name: unit.name }) : "";
  });
}

// Which part of a long room is in the page: at most some 300 rows, wherever one reads.

/** @import { Span } from "./rows.js" */

export const ROWS = 300;
const SLACK = 50;
export const STEP = 50;

/** The newest messages, and whatever comes. @param {number[]} seqs Ascending. @returns {Span} */
export function newest(seqs) {
  return { from: seqs.at(-ROWS) ?? 0, to: Infinity };
}

/** At the end of a room that grows: cut the top off now and then.
 * @param {Span} span @param {number[]} seqs @returns {Span} */
export function followed(span, seqs) {
  const shown = seqs.filter((seq) => seq >= span.from).length;
  return shown > ROWS + SLACK ? newest(seqs) : span;
}

/** Reading upwards: more above, and less far below.
 * @param {Span} span @param {number[]} seqs @returns {Span} */
export function older(span, seqs) {
  const first = seqs.findIndex((seq) => seq >= span.from);
  const from = Math.max(0, (first < 0 ? seqs.length : first) - STEP);
  const last = from + ROWS + SLACK - 1;
  return {
    from: seqs[from] ?? 0,
    to: last < seqs.length - 1 ? Math.min(seqs[last] ?? Infinity, span.to) : span.to,
  };
}

/** Reading downwards again. @param {Span} span @param {number[]} seqs @returns {Span} */
export function newer(span, seqs) {
  const past = seqs.findIndex((seq) => seq > span.to);
  if (past < 0) return { from: span.from, to: Infinity };
  const last = past + STEP - 1;
  const first = Math.max(0, last - ROWS - SLACK + 1);
  return {
    from: Math.max(seqs[first] ?? 0, span.from),
    to: last < seqs.length - 1 ? (seqs[last] ?? Infinity) : Infinity,
  };
}

// The browser's clock, in the shape that the core and the net are given.

/** @import { Clock } from "../core/types.js" */

/** @type {Clock} */
export const clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

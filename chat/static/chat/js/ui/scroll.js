// Where the reader is in the log: pinned to the end, or reading above it.

/** Closer than this to the end counts as being there, in px. */
const AT_END_PX = 96;
/** More history is fetched this many screens before it is needed. */
const AHEAD = 1.5;
const SMOOTH_SCREENS = 2;

/**
 * @typedef {object} Events
 * @property {() => void} top History is wanted.
 * @property {() => void} bottom Newer rows, if the page dropped some.
 * @property {(pinned: boolean) => void} pinned
 */

export class Scroll {
  #log;
  #on;
  #pinned = true;

  /** @param {HTMLElement} log @param {Events} on */
  constructor(log, on) {
    this.#log = log;
    this.#on = on;
    log.addEventListener("scroll", () => this.#moved(), { passive: true });
    // The box below grows, a font arrives, the keyboard opens: the end stays in sight.
    const keeper = new ResizeObserver(() => this.#pinned && this.toEnd());
    keeper.observe(log);
    for (const child of log.children) keeper.observe(child);
  }

  get isPinned() {
    return this.#pinned;
  }

  /**
   * Change rows without moving what is being read.
   *
   * @param {() => void} draw
   */
  around(draw) {
    if (this.#pinned) {
      const height = this.#log.scrollHeight;
      draw();
      // Redrawing what is there must not pull at someone who just began to scroll.
      if (this.#log.scrollHeight !== height) this.toEnd();
    } else {
      const anchors = this.#visible();
      draw();
      const anchor = anchors.find(({ row }) => row.isConnected);
      if (anchor) this.#log.scrollTop += top(anchor.row) - anchor.top;
    }
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#set(true);
  }

  /** Asked for by a person: shown as a movement when it is a short one. */
  glideToEnd() {
    const log = this.#log;
    const far = log.scrollHeight - log.scrollTop > (SMOOTH_SCREENS + 1) * log.clientHeight;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (far || still) this.toEnd();
    else log.scrollTo({ top: log.scrollHeight, behavior: "smooth" });
  }

  // Internal

  #moved() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const below = scrollHeight - scrollTop - clientHeight;
    this.#set(below <= AT_END_PX);
    if (scrollTop < AHEAD * clientHeight) this.#on.top();
    if (below < AHEAD * clientHeight) this.#on.bottom();
  }

  /** @param {boolean} pinned */
  #set(pinned) {
    if (pinned === this.#pinned) return;
    this.#pinned = pinned;
    this.#on.pinned(pinned);
  }

  #visible() {
    const edge = top(this.#log);
    // Messages only: a day's divider moves up when older ones of that day come.
    return [...this.#log.querySelectorAll("article")]
      .filter((row) => row.getBoundingClientRect().bottom > edge)
      .slice(0, 30)
      .map((row) => ({ row, top: top(row) }));
  }
}

/** @param {Element} node */
function top(node) {
  return node.getBoundingClientRect().top;
}

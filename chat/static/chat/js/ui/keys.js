// Moving through the log with the keyboard.

/** @param {HTMLElement} log @param {{ end: () => void, letter: (letter: string) => void }} on */
export function walkable(log, on) {
  log.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const articles = /** @type {HTMLElement[]} */ ([...log.querySelectorAll("article")]);
    const at = articles.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && (at >= 0 || event.target === log)) {
      event.preventDefault();
      const next = at < 0 ? articles.length - 1 : at + step;
      articles[Math.max(0, Math.min(next, articles.length - 1))]?.focus();
    } else if (event.key === "End" || event.key === "Escape") {
      event.preventDefault();
      on.end();
    } else if (event.target === log && /^[\p{L}\p{N}]$/u.test(event.key)) {
      event.preventDefault();
      on.letter(event.key);
    }
  });
}

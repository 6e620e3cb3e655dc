// A clock that stands still and a socket without a network, for the net floor.

export class FakeClock {
  #now = 1_795_331_000_000;
  #timers = new Set();

  now = () => this.#now;

  after = (ms, run) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Let time pass; timers run in their order. @param {number} ms */
  pass(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }
}

export class FakeSocket {
  /** @type {FakeSocket[]} */
  static all = [];
  sent = [];
  isClosed = false;

  constructor(url, protocol) {
    Object.assign(this, { url, protocol });
    FakeSocket.all.push(this);
  }

  static get last() {
    return FakeSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  // What the server does

  open() {
    this.onopen?.();
  }

  say(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code) {
    this.onclose?.({ code });
  }

  /** Open, and answer the hello. */
  greet(user = { id: "u1", name: "Ana", mark: "a1b2" }) {
    this.open();
    this.say(hello(user));
  }

  /** Frames written of one kind. @param {string} t */
  of(t) {
    return this.sent.filter((frame) => frame.t === t);
  }
}

export function hello(user) {
  const limits = { body: 4000, bytes: 16384, subs: 128, flight: 16, page: 200 };
  return { t: "hello", id: 1, v: 1, epoch: "k2j4h5g6", now: 0, user, hb: 25_000, limits, caps: [] };
}

/** Let promises that are ready go on. */
export async function settle() {
  for (let i = 0; i < 20; i += 1) await null;
}

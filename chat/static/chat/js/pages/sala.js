// The room's page: joins the room, the link and what is seen. See docs/page.md.

/** @import { Frame, Hello, Msg } from "../core/types.js" */
/** @import { Room } from "../core/room.js" */

import { untilMidnight } from "../core/days.js";
import { emptyRoom, trimmed } from "../core/room.js";
import { newNonce } from "../net/chance.js";
import { clock } from "../net/clock.js";
import { Drain } from "../net/drain.js";
import { Link } from "../net/link.js";
import * as memory from "../net/memory.js";
import { openStore, tabsOf } from "../net/store.js";
import { Subscription } from "../net/subscription.js";
import { Announcer } from "../ui/announcer.js";
import { Banner } from "../ui/banner.js";
import { Composer } from "../ui/composer.js";
import { copy } from "../ui/copy.js";
import { pageData, part, say } from "../ui/dom.js";
import { walkable } from "../ui/keys.js";
import { Log } from "../ui/log.js";
import { MessageMenu } from "../ui/menu.js";
import { bodyOf } from "../ui/message.js";
import { listRooms } from "../ui/side.js";
import { Toast } from "../ui/toast.js";
import { TypingLine } from "../ui/typing-line.js";
import { Absence, farewell } from "./absence.js";
import { Deeds } from "./deeds.js";
import { Identity } from "./identity.js";

/** Messages kept in memory while one reads at the end. */
const KEPT = 2000;
/** What was missed may come as frames right behind the answer that says "live". */
const CATCH_UP_MS = 250;

class RoomPage {
  #data = pageData("rai-dados");
  #texts = pageData("rai-textos");
  #absence = new Absence();
  #composer = new Composer(this.#texts, this.#data.limits, memory.draftOf(this.#data.name));
  #identity = new Identity(this.#texts, this.#composer, this.#data.me);
  #banner = new Banner(this.#texts);
  #toast = new Toast();
  #announcer = new Announcer(this.#texts);
  #menu = new MessageMenu(part("registro"));
  #log = new Log({
    texts: this.#texts,
    locale: document.documentElement.lang,
    shown: this.#data.shown,
    view: () => ({
      room: this.#sub.room,
      box: this.#drain?.box ?? [],
      me: this.#identity.me,
      linked: this.#link.isReady,
      reading: this.#sub.isReading,
    }),
  });
  #link = new Link({
    url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/v1`,
    clock,
    random: Math.random,
    tab: newNonce(),
    on: {
      open: () => this.#sub.start(),
      ready: (hello) => this.#ready(hello),
      frame: (frame) => this.#heard(frame),
      down: (code) => this.#down(code),
      over: (code) => this.#over(code),
      positions: () => this.#sub.positions(),
    },
  });
  #sub = new Subscription({
    link: this.#link,
    slug: this.#data.name,
    ref: this.#data.room,
    room: this.#firstRoom(),
    clock,
    on: {
      change: (room, before, cause) => this.#changed(room, before, cause),
      live: () => this.#live(),
      end: (code) => this.#end(code),
    },
  });
  #typing = new TypingLine(this.#texts, () => {
    if (this.#identity.isKnown && this.#sub.ref) {
      this.#link.send({ t: "typing", room: this.#sub.ref });
    }
  });
  /** @type {Drain | null} Null until the disk can be read. */
  #drain = null;
  #deeds = new Deeds({
    slug: this.#data.name,
    texts: this.#texts,
    composer: this.#composer,
    toast: this.#toast,
    drain: () => this.#drain,
    room: () => this.#sub.room,
    isMe: (id) => this.#isMe(id),
    onSend: () => this.#log.jumpToEnd(),
  });

  async start() {
    memory.visited({ slug: this.#data.name, shown: this.#data.shown });
    listRooms(memory.rooms());
    this.#listen();
    this.#log.draw();
    this.#link.connect();
    if (matchMedia("(hover: hover)").matches) this.#identity.focus();
    this.#drain = new Drain({
      link: this.#link,
      store: await openStore(),
      clock,
      locks: navigator.locks,
      tabs: tabsOf(this.#data.name),
      slug: this.#data.name,
      shown: this.#data.shown,
      ref: () => this.#sub.ref,
      maySend: () => this.#identity.isKnown,
      onChange: () => this.#log.soon(),
      onRefusal: (error) => this.#refused(error.code),
    });
    await this.#drain.start();
    this.#drain.settle(this.#sub.room);
  }

  // From the server

  /** What stands in the page already, as a room. @returns {Room} */
  #firstRoom() {
    const messages = this.#log.adopt(this.#identity.me?.id ?? "");
    const [pos, tok] = this.#data.cursor ?? [0, ""];
    const low = this.#data.more ? (messages[0]?.seq ?? 0) : 0;
    return { ...emptyRoom(), pos, tok, low, msgs: new Map(messages.map((m) => [m.id, m])) };
  }

  /** @param {Hello} hello */
  #ready(hello) {
    this.#absence.greeted(hello.now);
    this.#identity.greeted(hello.user);
    this.#drain?.up(hello.limits.flight);
    this.#log.soon();
  }

  /** @param {Frame} frame */
  #heard(frame) {
    if (frame.t === "eph" && frame.k === "typing" && !this.#isMe(frame.by.id)) {
      this.#typing.heard(frame.by);
    }
    // The room first: an answer may bring the reference that the outbox needs.
    this.#sub.take(frame);
    this.#drain?.take(frame);
  }

  /** @param {Room} room @param {Room} before @param {Frame} cause */
  #changed(room, before, cause) {
    if (cause.t === "hist") this.#log.reshape("upwards");
    if (cause.t === "sync" && cause.mode === "window") this.#log.reshape("anew");
    if (cause.t === "ev") this.#arrived(room, before);
    this.#announcer.forget(room);
    if (this.#log.isPinned) this.#sub.replace(trimmed(room, KEPT));
    if (room.room && room.room !== before.room) {
      say(part("titulo"), room.room.shown);
      say(part("assunto"), room.room.topic);
    }
    this.#drain?.settle(room);
    this.#log.soon();
  }

  /** @param {Room} room @param {Room} before */
  #arrived(room, before) {
    /** @type {Msg[]} */
    const fresh = [];
    for (const m of room.msgs.values()) if (!before.msgs.has(m.id)) fresh.push(m);
    for (const m of fresh) this.#typing.stopped(m.by.id);
    this.#announcer.arrived(fresh.filter((m) => !this.#isMe(m.by.id)));
  }

  #live() {
    const missed = this.#absence.over();
    this.#banner.up();
    this.#log.soon();
    if (!missed) return;
    clock.after(CATCH_UP_MS, () => {
      if (this.#link.isReady) this.#banner.back(missed(this.#sub.room, (id) => this.#isMe(id)));
    });
  }

  /** @param {number} code Of the close. */
  #down(code) {
    this.#absence.left(this.#sub.room);
    this.#unlink(code);
    this.#banner.down();
  }

  /** @param {number} code */
  #unlink(code) {
    this.#identity.unlinked();
    this.#drain?.down(code);
    this.#log.soon();
  }

  /** @param {number} code */
  #over(code) {
    this.#unlink(code);
    if (code === 4502 || code === 4505) {
      this.#end(code === 4502 ? "forbidden" : "not_found");
      return;
    }
    const { text, action } = farewell(code, this.#texts);
    this.#banner.over(text, action);
    if (code === 4501) this.#identity.forget();
  }

  /** The room is not ours to read any more. @param {string} code */
  #end(code) {
    const text = code === "forbidden" ? this.#texts.barrado : this.#texts.sem_sala;
    this.#banner.over(text, "");
    this.#identity.close();
    part("fim").hidden = false;
    say(part("fim"), text);
  }

  /** @param {string} code */
  #refused(code) {
    if (code === "auth_required" || code === "auth_expired") this.#identity.forget();
    else if (`erro_${code}` in this.#texts) this.#announcer.alert(this.#texts[`erro_${code}`]);
  }

  /** @param {string} id */
  #isMe(id) {
    return id === this.#identity.me?.id;
  }

  // From the person

  #listen() {
    on(this.#composer, "escrever", ({ body, editing }) => this.#deeds.write(body, editing));
    on(this.#composer, "rascunho", ({ text }) => memory.keepDraft(this.#data.name, text));
    on(this.#composer, "digitar", () => this.#typing.key());
    on(this.#composer, "parar", () => this.#typing.rest());
    on(this.#composer, "editar-ultima", () => this.#deeds.editLast());
    on(this.#identity, "mudou", () => this.#link.restart());
    on(this.#menu, "copiar", ({ article }) => this.#copy(bodyOf(article), this.#texts.copiado));
    on(this.#menu, "editar", ({ article }) => this.#deeds.edit(article.id));
    on(this.#menu, "apagar", ({ article }) => this.#deeds.remove(article.id));
    on(this.#menu, "repetir", ({ article }) => this.#drain?.retry(article.dataset.pendente));
    on(this.#menu, "descartar", ({ article }) => this.#drain?.forget(article.dataset.pendente));
    on(this.#banner, "tentar", () => this.#link.restart());
    on(this.#banner, "recarregar", () => location.reload());
    on(this.#log, "antigas", () => this.#sub.readOlder() && this.#log.soon());
    walkable(part("registro"), {
      end: () => this.#log.toEnd(),
      letter: (letter) => this.#composer.isShown && this.#composer.type(letter),
    });
    document.addEventListener("click", (event) => this.#clicked(event.target));
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("pageshow", (event) => event.persisted && this.#link.wake());
    addEventListener("online", () => this.#link.wake());
    addEventListener("offline", () => this.#banner.down());
    this.#atMidnight();
  }

  /** @param {EventTarget | null} target */
  #clicked(target) {
    const button = target instanceof Element ? target.closest("button[data-acao]") : null;
    const action = button?.getAttribute("data-acao");
    if (action === "convidar") this.#copy(location.origin + location.pathname, this.#texts.convite);
    if (action === "trocar") this.#identity.rename();
  }

  /** @param {string} text @param {string} done */
  async #copy(text, done) {
    this.#toast.show((await copy(text)) ? done : this.#texts.sem_copia);
  }

  #seen() {
    if (document.hidden) return;
    this.#link.wake();
    this.#log.soon();
  }

  #atMidnight() {
    clock.after(untilMidnight(clock.now()) + 1000, () => {
      this.#log.renameDays();
      this.#atMidnight();
    });
  }
}

/** @param {EventTarget} source @param {string} type @param {(detail: any) => unknown} run */
function on(source, type, run) {
  source.addEventListener(type, (event) => run(/** @type {CustomEvent} */ (event).detail));
}

new RoomPage().start();

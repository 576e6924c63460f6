import { EventEmitter } from 'node:events';

const IDLE = 2 * 60 * 60 * 1000;

class Note {
  constructor(index, purpose) {
    this.index = index;
    this.purpose = purpose;
    this.next = null;
  }
}

/** Notes in a chain, about 48 bytes each. */
function chainNotes(bytes, purpose) {
  const first = new Note(0, purpose);
  let last = first;
  for (let index = 1; index < Math.round(bytes / 48); index++) {
    last.next = new Note(index, purpose);
    last = last.next;
  }
  return first;
}

/** One opener a kind: it keeps the context of a request and returns what takes it away again. */
const openers = {
  object: function openRecord({ kept }, bytes, purpose) {
    const context = { purpose, notes: chainNotes(bytes - 72, purpose) };
    kept.add(context);
    return () => kept.delete(context);
  },
  closure: function openDescription({ kept }, bytes, purpose) {
    const notes = chainNotes(bytes - 136, purpose);
    const describe = (separator) => [notes.index, notes.purpose].join(separator);
    kept.add(describe);
    return () => kept.delete(describe);
  },
  string: function openLabel({ byId, id }, bytes, purpose) {
    const parts = Array.from(
      { length: Math.max(1, Math.round((bytes - 80) / 16)) },
      (_, n) => `${purpose}${n % 9}`,
    );
    byId.set(id, parts.map((part) => part.padEnd(15)).join('|'));
    return () => byId.delete(id);
  },
  listener: function openSubscription({ bus }, bytes, purpose) {
    const notes = chainNotes(bytes - 110, purpose);
    const onRotate = () => {
      notes.next = null;
    };
    bus.on('rotate', onRotate);
    return () => bus.off('rotate', onRotate);
  },
  timer: function openExpiry({ expired }, bytes, purpose) {
    const notes = chainNotes(bytes - 340, purpose);
    const timer = setTimeout(() => expired.push(notes.purpose), IDLE);
    timer.unref();
    return () => clearTimeout(timer);
  },
  promise: function openWait({ byId, id }, bytes, purpose) {
    const notes = chainNotes(bytes - 400, purpose);
    new Promise((resolve) => byId.set(id, resolve)).then(() => notes.index);
    return () => {
      byId.get(id)();
      byId.delete(id);
    };
  },
  map: function openFields({ byId, id }, bytes, purpose) {
    byId.set(id, new Map([['purpose', purpose]]).set('notes', chainNotes(bytes - 310, purpose)));
    return () => byId.delete(id);
  },
  array: function openMarks({ kept }, bytes) {
    const marks = new Array(Math.max(1, Math.round((bytes - 64) / 8))).fill(bytes);
    kept.add(marks);
    return () => kept.delete(marks);
  },
  buffer: function openBody({ kept }, bytes) {
    const body = Buffer.allocUnsafeSlow(bytes).fill(1);
    kept.add(body);
    return () => kept.delete(body);
  },
};

export const openerName = (kind) => openers[kind].name;

const DEFAULT = { kind: 'object', bytes: 300 };

/** The contexts of the requests under way; `forgetful` is the purpose whose context is not closed. */
export function createContexts(leak) {
  const { kind, bytes } = leak ?? DEFAULT;
  const forgetful = leak?.route;
  const state = {
    kept: new Set(),
    byId: new Map(),
    bus: new EventEmitter().setMaxListeners(0),
    expired: [],
    id: 0,
  };

  function openContext(purpose) {
    state.id++;
    return openers[kind](state, bytes, purpose);
  }

  /** A middleware that several routes use: the context ends with the answer, also one that was broken off. */
  return function withContext(purpose) {
    return function attachContext(_req, res, next) {
      const close = openContext(purpose);
      if (purpose !== forgetful) res.on('close', close);
      next();
    };
  };
}

import { EventEmitter } from 'node:events';

const STALE = 3 * 60 * 60 * 1000;

/** Offers of three small numbers: about 56 bytes each with the slot. */
const offersOf = (ticket, bytes) => ({
  ticket,
  list: Array.from({ length: Math.max(1, Math.round(bytes / 56)) }, (_, n) => ({ n, low: n, high: n * 2 })),
});

/** How the work under way is noted, by kind: `open` notes it and `close` takes it out, by its ticket. */
const registers = {
  object: (bytes) => {
    const work = new Map();
    return {
      open: function noteWork(ticket) {
        work.set(ticket, offersOf(ticket, bytes - 150));
      },
      close: (ticket) => work.delete(ticket),
    };
  },
  closure: (bytes) => {
    const cancels = new Map();
    return {
      open: function noteCancel(ticket) {
        const offers = offersOf(ticket, bytes - 250);
        cancels.set(ticket, () => offers.list.pop());
      },
      close: (ticket) => cancels.delete(ticket),
    };
  },
  string: (bytes) => {
    const labels = new Map();
    return {
      open: function noteLabel(ticket) {
        labels.set(ticket, JSON.stringify({ ticket, text: 'price '.repeat(Math.max(2, (bytes - 90) / 6)) }));
      },
      close: (ticket) => labels.delete(ticket),
    };
  },
  listener: (bytes) => {
    const bus = new EventEmitter().setMaxListeners(0);
    const listeners = new Map();
    return {
      open: function noteListener(ticket) {
        const offers = offersOf(ticket, bytes - 300);
        const onRates = (rate) => offers.list.map(({ low }) => low * rate);
        listeners.set(ticket, onRates);
        bus.on('rates', onRates);
      },
      close: (ticket) => {
        bus.off('rates', listeners.get(ticket));
        listeners.delete(ticket);
      },
    };
  },
  timer: (bytes) => {
    const timers = new Map();
    return {
      open: function noteTimeout(ticket) {
        timers.set(
          ticket,
          setTimeout(() => timers.delete(ticket), STALE, offersOf(ticket, bytes - 520)).unref(),
        );
      },
      close: (ticket) => {
        clearTimeout(timers.get(ticket));
        timers.delete(ticket);
      },
    };
  },
  promise: (bytes) => {
    const waiting = new Map();
    return {
      open: function noteWaiter(ticket) {
        const offers = offersOf(ticket, bytes - 560);
        new Promise((resolve) => waiting.set(ticket, resolve)).then(() => offers.list.pop());
      },
      close: (ticket) => {
        waiting.get(ticket)();
        waiting.delete(ticket);
      },
    };
  },
  map: (bytes) => {
    const bySku = new Map();
    return {
      open: function noteSku(ticket) {
        bySku.set(
          ticket,
          new Map(offersOf(ticket, (bytes - 200) * 0.62).list.map((offer) => [offer.n, offer])),
        );
      },
      close: (ticket) => bySku.delete(ticket),
    };
  },
  array: (bytes) => {
    const steps = [];
    return {
      open: function noteSteps(ticket) {
        steps.push(Array.from({ length: Math.max(2, Math.round((bytes - 60) / 8)) }, (_, n) => ticket + n));
      },
      close: (ticket) => {
        const at = steps.findLastIndex((list) => list[0] === ticket);
        steps.splice(at, 1);
      },
    };
  },
  buffer: (bytes) => {
    const pages = new Map();
    return {
      open: function notePage(ticket) {
        pages.set(ticket, Buffer.alloc(bytes, ticket & 0xff));
      },
      close: (ticket) => pages.delete(ticket),
    };
  },
};

export const registerNames = {
  object: ['noteWork', 'offersOf'],
  closure: ['noteCancel', 'offersOf'],
  string: ['noteLabel'],
  listener: ['noteListener', 'offersOf'],
  timer: ['noteTimeout', 'offersOf'],
  promise: ['noteWaiter', 'offersOf'],
  map: ['noteSku', 'offersOf'],
  array: ['noteSteps'],
  buffer: ['notePage'],
};

/**
 * Runs `work` once for all who ask for `key` at the same time. What is under way is noted and taken out at
 * the end, except for the one scope whose end is never reported.
 */
export function createCoalesce(leak) {
  const register = registers[leak?.kind ?? 'object'](leak?.bytes ?? 300);
  const underWay = new Map();
  let tickets = 0;

  return function coalesce(scope, key, work) {
    const ticket = ++tickets;
    register.open(ticket);
    const settle = () => {
      if (scope !== leak?.route) register.close(ticket);
    };
    const id = `${scope} ${key}`;
    const running = underWay.get(id) ?? work(key).finally(() => underWay.delete(id));
    underWay.set(id, running);
    return running.finally(settle);
  };
}

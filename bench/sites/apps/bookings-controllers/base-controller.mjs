import { EventEmitter } from 'node:events';

const HOLD_MS = 8 * 60 * 60 * 1000;

/** Nights of a hold: an array of three numbers each, about 80 bytes with the slot. */
const nightsOf = (subject, bytes) =>
  Array.from({ length: Math.max(1, Math.round(bytes / 80)) }, (_, night) => [night, subject.id, night % 7]);

export class BaseController {
  constructor(leak, route) {
    this.leak = leak?.route === route ? leak : null;
    this.holds = [];
    this.holdsByNumber = new Map();
    this.expired = 0;
    this.events = new EventEmitter().setMaxListeners(0);
  }

  /** Binds the named methods, so that a router can be given them as they are. */
  bind(...names) {
    for (const name of names) this[name] = this[name].bind(this);
  }

  fail(res, status, error) {
    res.status(status).json({ error });
  }

  keepHold(subject) {
    if (!this.leak) return;
    const { kind, bytes } = this.leak;
    switch (kind) {
      case 'object':
        this.holds.push({ subject: subject.id, nights: nightsOf(subject, bytes - 70) });
        break;
      case 'closure': {
        const nights = nightsOf(subject, bytes - 150);
        this.holds.push(() => nights.pop());
        break;
      }
      case 'string':
        this.holds.push(Array.from({ length: Math.max(8, bytes - 32) }, (_, n) => (n * 7) % 10).join(''));
        break;
      case 'listener': {
        const nights = nightsOf(subject, bytes - 140);
        this.events.on('released', (id) => id === nights[0][1] && nights.pop());
        break;
      }
      case 'timer': {
        const nights = nightsOf(subject, bytes - 360);
        setTimeout(() => {
          this.expired += nights.length;
        }, HOLD_MS).unref();
        break;
      }
      case 'promise':
        this.waitForPayment(nightsOf(subject, bytes - 650));
        break;
      case 'map':
        this.holdsByNumber.set(this.holdsByNumber.size, nightsOf(subject, bytes - 90));
        break;
      case 'array': {
        const length = Math.max(1, Math.round((bytes - 60) / 8));
        this.holds.push(Array.from({ length }, (_, night) => subject.id + night / 2));
        break;
      }
      default:
        this.holds.push(Buffer.alloc(bytes, 1));
    }
  }

  async waitForPayment(nights) {
    await new Promise((paid) => {
      this.holds.push(paid);
    });
    nights.length = 0;
  }
}

const withNights = ['object', 'closure', 'listener', 'timer', 'promise', 'map'];

export const holdNames = (kind) => [
  'keepHold',
  ...(withNights.includes(kind) ? ['nightsOf'] : []),
  ...(kind === 'promise' ? ['waitForPayment'] : []),
];

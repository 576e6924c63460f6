import { setTimeout as sleep } from 'node:timers/promises';
import { BaseController } from './base-controller.mjs';

export const BOOKINGS = 400;

export class BookingController extends BaseController {
  constructor(leak) {
    super(leak, 'minor');
    this.next = 0;
    this.bookings = Array.from({ length: BOOKINGS }, (_, id) => this.make(id, { room: id % 150 }));
    this.bind('create', 'show', 'confirm', 'cancel');
  }

  make(id, input) {
    return {
      id,
      room: Number(input?.room) || 0,
      nights: Number(input?.nights) || 1,
      state: 'new',
      guest: id % 80,
    };
  }

  find(req) {
    return this.bookings[(Number(req.params.id) || 0) % BOOKINGS];
  }

  async create(req, res) {
    const id = this.next++ % BOOKINGS;
    await sleep(2);
    this.bookings[id] = this.make(id, req.body);
    res.status(201).json(this.bookings[id]);
  }

  async show(req, res) {
    const booking = this.find(req);
    await null;
    res.json({
      ...booking,
      bill: Array.from({ length: booking.nights + 5 }, (_, n) => ({ night: n, cents: 9900 })),
    });
  }

  async confirm(req, res) {
    const booking = this.find(req);
    await sleep(3);
    booking.state = 'confirmed';
    this.keepHold(booking);
    res.json(booking);
  }

  async cancel(req, res) {
    const booking = this.find(req);
    booking.state = 'cancelled';
    await sleep(1);
    res.status(200).json({ id: booking.id, state: booking.state });
  }
}

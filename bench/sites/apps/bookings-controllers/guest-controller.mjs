import { setTimeout as sleep } from 'node:timers/promises';
import { BaseController } from './base-controller.mjs';

export const GUESTS = 80;

export class GuestController extends BaseController {
  constructor(leak) {
    super(leak, 'rare');
    this.guests = Array.from({ length: GUESTS }, (_, id) => ({
      id,
      name: `Guest ${id}`,
      stays: id % 12,
      points: 0,
    }));
    this.bind('show', 'merge');
  }

  find(req) {
    return this.guests[(Number(req.params.id) || 0) % GUESTS];
  }

  async show(req, res) {
    const guest = this.find(req);
    await sleep(1);
    res.json({ ...guest, letter: `Dear ${guest.name}, welcome back. `.repeat(1 + guest.stays) });
  }

  async merge(req, res) {
    const guest = this.find(req);
    await sleep(4);
    guest.points = (guest.points + 10) % 1000;
    this.keepHold(guest);
    res.json(guest);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { BaseController } from './base-controller.mjs';

export const ROOMS = 150;

export class RoomController extends BaseController {
  constructor(leak) {
    super(leak, 'major');
    this.rooms = Array.from({ length: ROOMS }, (_, id) => ({
      id,
      floor: 1 + (id % 9),
      beds: 1 + (id % 4),
      cents: 5000 + ((id * 173) % 20_000),
      taken: Array.from({ length: 60 }, (_, night) => (id * night) % 5 === 0),
    }));
    this.bind('list', 'show', 'availability', 'occupancy');
  }

  find(req) {
    return this.rooms[(Number(req.params.id) || 0) % ROOMS];
  }

  list(req, res) {
    const beds = Number(req.query.beds) || 1;
    const fitting = this.rooms.filter((room) => room.beds >= beds).sort((a, b) => a.cents - b.cents);
    res.json(fitting.slice(0, 40).map(({ taken, ...room }) => ({ ...room, free: taken.length })));
  }

  async show(req, res) {
    await sleep(1);
    res.json(this.find(req));
  }

  async availability(req, res) {
    const room = this.find(req);
    await sleep(1);
    const free = room.taken.flatMap((taken, night) =>
      taken ? [] : [{ night, cents: room.cents + night * 10 }],
    );
    this.keepHold(room);
    res.json({ id: room.id, free });
  }

  async occupancy(_req, res) {
    const nights = Array.from(
      { length: 60 },
      (_, night) => this.rooms.filter((room) => room.taken[night]).length,
    );
    await sleep(1);
    res.json({ nights });
  }
}

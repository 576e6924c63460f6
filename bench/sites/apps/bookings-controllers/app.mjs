import express from 'express';
import { int } from '../urls.mjs';
import { holdNames } from './base-controller.mjs';
import { BOOKINGS, BookingController } from './booking-controller.mjs';
import { GUESTS, GuestController } from './guest-controller.mjs';
import { ROOMS, RoomController } from './room-controller.mjs';

export function createApp(leak = null) {
  const rooms = new RoomController(leak);
  const bookings = new BookingController(leak);
  const guests = new GuestController(leak);

  const app = express();
  app.use(express.json());
  app.get('/rooms', rooms.list);
  app.get('/rooms/:id', rooms.show);
  app.get('/rooms/:id/availability', rooms.availability);
  app.get('/occupancy', rooms.occupancy);
  app.post('/bookings', bookings.create);
  app.route('/bookings/:id').get(bookings.show).delete(bookings.cancel);
  app.post('/bookings/:id/confirm', bookings.confirm);
  app.get('/guests/:id', guests.show);
  app.post('/guests/:id/merge', guests.merge);
  return app;
}

const route = (pattern, weight, path, body = undefined) => ({
  method: pattern.split(' ')[0],
  path,
  body,
  pattern,
  weight,
});

export const routes = [
  route('GET /rooms', 15, (r) => `/rooms?beds=${1 + int(r, 4)}`),
  route('GET /rooms/:id', 14, (r) => `/rooms/${int(r, ROOMS)}`),
  route('GET /rooms/:id/availability', 28, (r) => `/rooms/${int(r, ROOMS)}/availability`),
  route(
    'POST /bookings',
    9,
    () => '/bookings',
    (r) => ({ room: int(r, ROOMS), nights: 1 + int(r, 9) }),
  ),
  route('GET /bookings/:id', 12, (r) => `/bookings/${int(r, BOOKINGS)}`),
  route('POST /bookings/:id/confirm', 5, (r) => `/bookings/${int(r, BOOKINGS)}/confirm`),
  route('DELETE /bookings/:id', 4, (r) => `/bookings/${int(r, BOOKINGS)}`),
  route('GET /guests/:id', 8, (r) => `/guests/${int(r, GUESTS)}`),
  route('POST /guests/:id/merge', 2, (r) => `/guests/${int(r, GUESTS)}/merge`),
  route('GET /occupancy', 3, () => '/occupancy'),
];

const paths = {
  major: ['GET /rooms/:id/availability', 'availability', 'room-controller.mjs'],
  minor: ['POST /bookings/:id/confirm', 'confirm', 'booking-controller.mjs'],
  rare: ['POST /guests/:id/merge', 'merge', 'guest-controller.mjs'],
};

export function truth(leak) {
  if (!leak) return null;
  const [scope, handler, file] = paths[leak.route];
  const allocating = holdNames(leak.kind);
  return { scope, allocating, functions: [...allocating, handler], files: ['base-controller.mjs', file] };
}

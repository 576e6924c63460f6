import express from 'express5';
import * as w from '../_shared/work.cjs';

const REPLAY = 50;
const PING_MS = 250;

/**
 * A chat over server-sent events, done right: clients come and go, some stay for the whole run, each takes its room
 * membership with it when it goes. A room replays its last 50 messages.
 */
export async function build({ guard } = {}) {
  const rooms = new Map();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const roomOf = (name) => {
    if (!rooms.has(name)) rooms.set(name, { members: new Set(), messages: [], sent: 0 });
    return rooms.get(name);
  };
  const pinger = setInterval(() => {
    for (const { members } of rooms.values())
      for (const member of members) member.response.write(': ping\n\n');
  }, PING_MS);

  app.get('/rooms/:room/stream', (req, res) => {
    const room = roomOf(req.params.room);
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const member = { response: res, joinedAt: Date.now(), profile: w.rows(room.members.size, 6) };
    room.members.add(member);
    res.on('close', () => room.members.delete(member));
    for (const message of room.messages) res.write(`data: ${JSON.stringify(message)}\n\n`);
    res.write(': welcome\n\n');
  });
  app.post('/rooms/:room/messages', async (req, res) => {
    const room = roomOf(req.params.room);
    const message = { id: ++room.sent, text: req.body.text, at: Date.now() };
    room.messages.push(message);
    if (room.messages.length > REPLAY) room.messages.shift();
    const line = `id: ${message.id}\ndata: ${JSON.stringify(message)}\n\n`;
    for (const { response } of room.members) response.write(line);
    await w.sleep(1);
    res.status(201).json({ id: message.id, members: room.members.size });
  });
  app.get('/rooms/:room', (req, res) => res.json(roomOf(req.params.room).messages.slice(-10)));
  app.get('/rooms', (_req, res) =>
    res.json([...rooms].map(([name, { members }]) => ({ name, members: members.size }))),
  );
  app.get('/users/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, friends: w.rows(req.params.id, 20) });
  });
  app.get('/users/:id/avatar', (req, res) => res.json(w.buffer(12_000, req.params.id)));
  app.get('/archive/:day', (req, res) => res.type('text').send(w.csv(w.rows(req.params.day, 50))));
  return { app, close: () => clearInterval(pinger) };
}

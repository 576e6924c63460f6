import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { apps, healthy } from './index.mjs';

// Serves one app at a time and says what is left on the heap, so that the client's own memory is not counted.
let server;
let patterns = new Set();

// The root of a nested router would end in a slash.
const patternOf = ({ method, baseUrl, route }) =>
  `${method} ${baseUrl}${route?.path}`.replace(/(?<=.)\/$/, '');

async function start({ name, leak, options }) {
  patterns = new Set();
  const app = (apps[name] ?? healthy[name]).createApp(leak, options);
  server = createServer((req, res) => {
    res.on('finish', () => patterns.add(patternOf(req)));
    app(req, res);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { port: server.address().port };
}

async function measure() {
  // More than once: what a finaliser or a timer lets go is only free at the next collection.
  for (let n = 0; n < 4; n++) {
    await sleep(5);
    globalThis.gc();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, patterns: [...patterns] };
}

async function stop() {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  server = null;
  return {};
}

const commands = { start, measure, stop };

process.on('message', async ({ command, ...input }) => process.send(await commands[command](input)));

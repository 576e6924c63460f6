// Serves an app, loads it, and prints what V8's sampling heap profiler said meanwhile, with requests in flight.
// The first read is of a learning run, in which samples of what was collected are kept.
// node sampling-server.mjs <app file> <url of core> <requests per path> <interval in bytes>
import { Agent, createServer, get } from 'node:http';
import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

const [, , file, core, perPath, interval] = process.argv;
const { app, paths } = await import(pathToFileURL(file).href).then((loaded) => loaded.default ?? loaded);

const session = new Session();
session.connect();
function post(method, params) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw new Error(error.message);
    answer = result;
  });
  return answer;
}

const { processRuntime } = await import(core);
const { sampler } = processRuntime();

/** Where a handler starts, and the functions that its closures hold. */
const locate = (fn) => ({ ...sampler.locate(fn), captured: sampler.captured(fn) });

const scopes = new Map();
function note(name, handlers) {
  if (!scopes.has(name)) scopes.set(name, handlers.map(locate));
}

function start() {
  if (app.callback) {
    app.middleware.unshift(async (ctx, next) => {
      await next();
      const layer = ctx.matched?.findLast(({ methods }) => methods.length > 0);
      if (layer) note(`GET ${layer.path}`, layer.stack);
    });
    return createServer(app.callback());
  }
  if (!app.handle) return createServer(app);
  return createServer((req, res) => {
    res.on('finish', () => {
      if (req.route)
        note(
          `GET ${req.baseUrl}${req.route.path}`,
          req.route.stack.map(({ handle }) => handle),
        );
    });
    app(req, res);
  });
}

const server = start().listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address();
const agent = new Agent({ keepAlive: true, maxSockets: 12 });

function ask(path) {
  return new Promise((resolve, reject) => {
    get({ port, path, agent, host: '127.0.0.1' }, (response) => {
      response.resume().on('end', resolve);
    }).on('error', reject);
  });
}

const functions = [];
const reads = [];
const indexes = new Map();
function read() {
  const { profile } = post('HeapProfiler.getSamplingProfile');
  const bytes = new Map();
  for (const { nodeId, size } of profile.samples) bytes.set(nodeId, (bytes.get(nodeId) ?? 0) + size);
  const stacks = [];
  (function visit(node, outside) {
    const { functionName: name, scriptId, url, lineNumber: line, columnNumber: column } = node.callFrame;
    const key = `${scriptId}:${line}:${column}:${name}`;
    if (!indexes.has(key)) {
      indexes.set(key, functions.push({ name, scriptId: Number(scriptId), url, line, column }) - 1);
    }
    const stack = name === '(root)' ? [] : [indexes.get(key), ...outside];
    if (bytes.has(node.id)) stacks.push({ stack, bytes: bytes.get(node.id) });
    for (const child of node.children) visit(child, stack);
  })(profile.head, []);
  reads.push(stacks);
}

async function load(total, readEvery) {
  const asked = [];
  let running = 0;
  for (let sent = 1; sent <= total; sent++) {
    while (running >= 12) await new Promise(setImmediate);
    running++;
    // Not always the same ones together.
    asked.push(ask(paths[(sent * 7 + Math.floor(sent / paths.length)) % paths.length]).then(() => running--));
    if (sent % readEvery === 0) read();
  }
  await Promise.all(asked);
}

const total = Number(perPath) * paths.length;
const options = { samplingInterval: Number(interval), stackDepth: 64 };
await load(10 * paths.length, Number.POSITIVE_INFINITY);
const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
post('HeapProfiler.startSampling', { ...options, ...collected });
await load(40 * paths.length, Number.POSITIVE_INFINITY);
read();
post('HeapProfiler.stopSampling');
post('HeapProfiler.startSampling', options);
await load(total, Math.ceil(total / 6));
read();
const text = JSON.stringify({
  functions,
  reads,
  scopes: [...scopes].map(([name, handlers]) => ({ name, handlers })),
});
process.stdout.write(text, () => process.exit());

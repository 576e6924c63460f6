import { EventEmitter } from 'node:events';

const GIVE_UP = 4 * 60 * 60 * 1000;

// Hops of a delivery, of three fields each: about 64 bytes with the slot.
function traceHops(message, bytes) {
  const hops = [];
  hops.length = Math.max(1, Math.round(bytes / 56));
  for (let n = 0; n < hops.length; n++) hops[n] = { hop: n, message: message.id, delay: n * 3 };
  return hops;
}

function Delivery(message, bytes) {
  this.message = message.id;
  this.attempt = 1;
  this.hops = traceHops(message, bytes);
}

const watchers = {
  object: function watchDelivery(watch, message, cb) {
    watch.list.push(new Delivery(message, watch.bytes - 80));
    cb();
  },
  closure: function watchReply(watch, message, cb) {
    const hops = traceHops(message, watch.bytes - 150);
    watch.list.push(function onReply(err) {
      if (!err) hops.length = 0;
    });
    cb();
  },
  string: function watchHeaders(watch, message, cb) {
    const lines = [`Message-Id: ${message.id}`];
    let size = lines[0].length;
    while (size < watch.bytes - 24) size += lines[lines.push(`Received: from mx${size % 10}`) - 1].length + 2;
    watch.list.push(lines.join('\r\n'));
    cb();
  },
  listener: function watchBounce(watch, message, cb) {
    const hops = traceHops(message, watch.bytes - 140);
    watch.bounces.addListener('bounce', (id) => {
      if (id === message.id) hops.pop();
    });
    cb();
  },
  timer: function watchSilence(watch, message, cb) {
    const hops = traceHops(message, watch.bytes - 370);
    const timer = setTimeout(() => {
      watch.silent += hops.length;
    }, GIVE_UP);
    timer.unref();
    cb();
  },
  promise: function watchAnswer(watch, message, cb) {
    const hops = traceHops(message, watch.bytes - 520);
    const answer = new Promise((resolve) => {
      watch.list.push(resolve);
    });
    answer.then(() => hops.pop());
    cb();
  },
  map: function watchThread(watch, message, cb) {
    watch.threads.set(`${message.id}/${watch.threads.size}`, traceHops(message, watch.bytes - 100));
    cb();
  },
  array: function watchDelays(watch, message, cb) {
    const delays = [];
    delays.length = Math.max(1, Math.round((watch.bytes - 60) / 8));
    watch.list.push(delays.fill(message.id));
    cb();
  },
  buffer: function watchBody(watch, message, cb) {
    const body = Buffer.allocUnsafeSlow(watch.bytes);
    body.fill(message.id & 0xff);
    watch.list.push(body);
    cb();
  },
};

const tracing = ['object', 'closure', 'listener', 'timer', 'promise', 'map'];

export function watcherNames(kind) {
  const names = [watchers[kind].name];
  if (tracing.includes(kind)) names.push('traceHops');
  if (kind === 'object') names.push('Delivery');
  return names;
}

/** `watch(message, cb)` for the route of the leak; for the others only the callback, one tick on. */
export function createWatch(leak, route) {
  if (leak?.route !== route) return (_message, cb) => process.nextTick(cb);
  const watch = {
    bytes: leak.bytes,
    list: [],
    threads: new Map(),
    bounces: new EventEmitter().setMaxListeners(0),
    silent: 0,
  };
  const watcher = watchers[leak.kind];
  return (message, cb) => watcher(watch, message, () => process.nextTick(cb));
}

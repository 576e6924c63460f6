import { EventEmitter } from 'node:events';

const DAY = 24 * 60 * 60 * 1000;

/** A tree of what was resolved: two children a node, about 56 bytes a node. */
function spanTree(bytes, mark) {
  let left = Math.max(1, Math.round(bytes / 56));
  const root = { name: 'root', mark, first: null, second: null };
  const open = [root];
  left--;
  for (const node of open) {
    for (const side of ['first', 'second']) {
      if (left-- <= 0) return root;
      node[side] = { name: side, mark, first: null, second: null };
      open.push(node[side]);
    }
  }
  return root;
}

/** One maker a kind: what it returns is called once a field that was resolved. */
const tracers = {
  object: (bytes) => {
    const spans = [];
    return function traceSpan(product) {
      spans.push(spanTree(bytes - 8, product.id));
    };
  },
  closure: (bytes) => {
    const explainers = [];
    return function traceExplainer(product) {
      const tree = spanTree(bytes - 120, product.id);
      explainers.push((depth) => (depth > 0 ? tree.first : tree));
    };
  },
  string: (bytes) => {
    const queries = [];
    return function traceQuery(product) {
      const fields = Array.from({ length: Math.max(1, Math.round((bytes - 60) / 8)) }, (_, n) => 1000 + n);
      queries.push(JSON.stringify({ query: `product ${product.id}`, fields: fields.join('   ') }));
    };
  },
  listener: (bytes) => {
    const invalidations = new EventEmitter().setMaxListeners(0);
    return function traceInvalidation(product) {
      const tree = spanTree(bytes - 120, product.id);
      invalidations.on('schema', () => {
        tree.first = null;
      });
    };
  },
  timer: (bytes) => {
    const report = { marks: 0 };
    return function traceReport(product) {
      const tree = spanTree(bytes - 340, product.id);
      const timer = setInterval(() => {
        report.marks += tree.mark;
      }, DAY);
      timer.unref();
    };
  },
  promise: (bytes) => {
    const pending = [];
    return function tracePending(product) {
      const tree = spanTree(bytes - 440, product.id);
      const settled = new Promise((resolve) => pending.push(resolve));
      settled.then(() => tree.mark);
    };
  },
  map: (bytes) => {
    const byRequest = new Map();
    return function traceRequest(product) {
      byRequest.set(byRequest.size, { product: product.id, tree: spanTree(bytes - 80, product.id) });
    };
  },
  array: (bytes) => {
    const timings = [];
    return function traceTimings(product) {
      const length = Math.max(1, Math.round((bytes - 60) / 8));
      timings.push(Array.from({ length }, (_, n) => product.id + n / 7));
    };
  },
  buffer: (bytes) => {
    const frames = [];
    return function traceFrame(product) {
      const frame = new Uint8Array(bytes);
      frame[0] = product.id & 0xff;
      frames.push(frame);
    };
  },
};

export const tracerNames = {
  object: 'traceSpan',
  closure: 'traceExplainer',
  string: 'traceQuery',
  listener: 'traceInvalidation',
  timer: 'traceReport',
  promise: 'tracePending',
  map: 'traceRequest',
  array: 'traceTimings',
  buffer: 'traceFrame',
};

export const usesTree = (kind) => !['string', 'array', 'buffer'].includes(kind);

/** The tracer of one field: of a field that is not traced it does nothing. */
export const fieldTrace = (leak, field) =>
  leak?.route === field ? tracers[leak.kind](leak.bytes) : () => {};

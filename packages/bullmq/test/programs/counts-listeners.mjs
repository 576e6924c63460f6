/* Loaded as a processor by BullMQ's own main file: says which signal listeners it finds there. */
import { stockSignalListeners } from '../../dist/bullmq-internals.js';

const signals = ['SIGTERM', 'SIGINT'];
const count = (of) => signals.reduce((sum, signal) => sum + of(signal).length, 0);
process.send({
  stock: count((signal) => stockSignalListeners(process, signal)),
  all: count((signal) => process.listeners(signal)),
});

export default () => undefined;

import { EventEmitter } from 'node:events';

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** What a stage saw, sample by sample: a row of five small numbers is about 72 bytes. */
function collectSamples(reading, bytes) {
  const samples = [];
  const count = Math.max(1, Math.round(bytes / 72));
  for (let n = 0; n < count; n++) {
    samples[n] = { at: n, device: reading.device, low: n & 7, high: n & 31, flags: 1 };
  }
  // Grown by index, the array has spare room at its end: a copy has not.
  return samples.slice();
}

/** The functions a stage can be given, by kind: each is called from the stage's listener. */
const memories = {
  object: (bytes, kept = []) =>
    function rememberReading(reading) {
      kept.push({ device: reading.device, samples: collectSamples(reading, bytes - 80) });
    },
  closure: (bytes, kept = new Set()) =>
    function rememberCorrection(reading) {
      const samples = collectSamples(reading, bytes - 170);
      kept.add(function correct(offset) {
        for (const sample of samples) sample.low += offset;
      });
    },
  string: (bytes, kept = []) =>
    function rememberFrame(reading) {
      // Hexadecimal of half as many bytes: a flat string of its own.
      kept.push(Buffer.alloc(Math.max(8, (bytes - 24) >> 1), reading.device & 0xff).toString('hex'));
    },
  listener: (bytes, thresholds = new EventEmitter().setMaxListeners(0)) =>
    function rememberThreshold(reading) {
      const samples = collectSamples(reading, bytes - 150);
      thresholds.once('changed', () => samples.length);
    },
  timer: (bytes, state = { late: 0 }) =>
    function rememberDeadline(reading) {
      const samples = collectSamples(reading, bytes - 370);
      setTimeout(() => {
        state.late += samples.length;
      }, WEEK).unref();
    },
  promise: (bytes, gates = []) =>
    function rememberGate(reading) {
      const samples = collectSamples(reading, bytes - 650);
      const gate = new Promise((open) => gates.push(open));
      void holdAtGate(gate, samples);
    },
  map: (bytes, bySerial = new Map(), serial = { next: 0 }) =>
    function rememberSerial(reading) {
      bySerial.set(serial.next++, collectSamples(reading, bytes - 90));
    },
  array: (bytes, curves = []) =>
    function rememberCurve(reading) {
      const curve = new Array(Math.max(1, Math.round((bytes - 56) / 8)));
      for (let n = 0; n < curve.length; n++) curve[n] = reading.device + n * 0.5;
      curves.push(curve);
    },
  buffer: (bytes, packets = new Map()) =>
    function rememberPacket(reading) {
      packets.set(packets.size, Buffer.from(new ArrayBuffer(bytes)).fill(reading.device & 0xff));
    },
};

async function holdAtGate(gate, samples) {
  await gate;
  return samples.length;
}

export const memoryNames = {
  object: ['rememberReading', 'collectSamples'],
  closure: ['rememberCorrection', 'collectSamples'],
  string: ['rememberFrame'],
  listener: ['rememberThreshold', 'collectSamples'],
  timer: ['rememberDeadline', 'collectSamples'],
  promise: ['rememberGate', 'holdAtGate', 'collectSamples'],
  map: ['rememberSerial', 'collectSamples'],
  array: ['rememberCurve'],
  buffer: ['rememberPacket'],
};

export const stageMemory = (leak, route) => (leak?.route === route ? memories[leak.kind](leak.bytes) : null);

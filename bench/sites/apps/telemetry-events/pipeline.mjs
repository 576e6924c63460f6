import { EventEmitter } from 'node:events';
import { stageMemory } from './stage-memory.mjs';

export const DEVICES = 250;
const WINDOW = 20;
const ALERTS = 100;

/** Readings pass from event to event; whoever wants an answer listens at the job's end. */
export class Pipeline extends EventEmitter {
  constructor(leak) {
    super();
    this.latest = new Map();
    this.windows = Array.from({ length: DEVICES }, () => Array.from({ length: WINDOW }, (_, n) => n * 1.5));
    this.offsets = new Array(DEVICES).fill(0);
    this.alerts = Array.from({ length: ALERTS }, (_, id) => ({ id, device: id, open: true, acked: 0 }));
    this.hourly = new Array(24).fill(0);
    for (let device = 0; device < DEVICES; device++) this.latest.set(device, { device, value: 1 });

    const remembering = {
      ingest: stageMemory(leak, 'major'),
      calibrate: stageMemory(leak, 'minor'),
      ack: stageMemory(leak, 'rare'),
    };
    this.on('received', (job) => setImmediate(() => this.emit('parsed', job)));
    this.on('parsed', (job) => this.onParsed(job));
    this.on('enriched', function onEnriched(job) {
      remembering.ingest?.(job);
      this.emit('stored', job);
    });
    this.on('stored', (job) => this.onStored(job));
    this.on('calibrating', (job) => setTimeout(() => this.emit('calibrated', job), 2));
    this.on('calibrated', function onCalibrated(job) {
      remembering.calibrate?.(job);
      this.offsets[job.device] = (this.offsets[job.device] + 1) % 10;
      job.done({ device: job.device, offset: this.offsets[job.device] });
    });
    this.on('acking', (job) => setTimeout(() => this.emit('acked', job), 1));
    this.on('acked', function onAcked(job) {
      remembering.ack?.(job);
      const alert = this.alerts[job.device % ALERTS];
      alert.acked = (alert.acked + 1) % 1000;
      job.done(alert);
    });
  }

  onParsed(job) {
    job.values = job.values.map((value) => value + this.offsets[job.device]);
    job.mean = job.values.reduce((sum, value) => sum + value, 0) / job.values.length;
    process.nextTick(() => this.emit('enriched', job));
  }

  onStored(job) {
    this.latest.set(job.device, { device: job.device, value: job.mean });
    const window = this.windows[job.device];
    window.shift();
    window.push(job.mean);
    this.hourly[job.device % 24] = job.mean;
    job.done({ device: job.device, mean: job.mean, stored: job.values.length });
  }

  /** Sends a job in at `event` and waits for its end. */
  run(event, job) {
    return new Promise((done) => this.emit(event, { ...job, done }));
  }
}

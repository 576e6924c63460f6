import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RecycledEvent } from '../src/events.ts';
import type { JobBench } from './job-bench.ts';
import { processorFile } from './job-bench.ts';
import type { Major } from './majors.ts';
import { until } from './until.ts';

const program = fileURLToPath(new URL('programs/host.mjs', import.meta.url));

/** A program with a guarded worker, in a process group of its own. */
export class HostProgram {
  readonly process: ChildProcess;
  readonly recycled: RecycledEvent[] = [];
  readonly signals: string[] = [];
  readonly gone: Promise<unknown>;
  stderr = '';
  #isReady = false;

  constructor(major: Major, bench: JobBench, processor: string | null, options: object) {
    const { port } = bench.connection;
    const args = {
      major: major.major,
      queue: bench.queue.name,
      port,
      processor: processor === null ? null : processorFile(processor),
      options,
    };
    this.process = fork(program, [JSON.stringify(args)], { detached: true, silent: true, execArgv: [] });
    this.gone = once(this.process, 'exit');
    this.process.stderr?.on('data', (text) => {
      this.stderr += text;
    });
    this.process.on('message', (message: { recycled?: RecycledEvent; signal?: string; ready?: true }) => {
      if (message.recycled !== undefined) this.recycled.push(message.recycled);
      if (message.signal !== undefined) this.signals.push(message.signal);
      this.#isReady ||= message.ready === true;
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  async ready(): Promise<this> {
    await until(() => this.#isReady || this.process.exitCode !== null, 'the program runs');
    return this;
  }

  /** To the whole process group, as Ctrl-C and systemd do. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** The exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    await this.gone;
    return this.process.exitCode ?? this.process.signalCode;
  }

  /** Ends what a test that failed left behind. */
  async stop(): Promise<void> {
    try {
      this.signalGroup('SIGKILL');
    } catch {
      // All of it has ended.
    }
    await this.gone;
  }
}

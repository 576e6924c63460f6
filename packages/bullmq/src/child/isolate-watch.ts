import { CpuClock } from './cpu-clock.ts';
import { heapBytes } from './heap-bytes.ts';
import { HeapLimit } from './heap-limit.ts';
import { leaveWhenTold } from './leave.ts';
import type { AnyProcessor } from './load-processor.ts';
import type { IsolateSettings } from './protocol.ts';
import { tell } from './tell.ts';

/** Measures jobs from inside of an isolate; the other side of the channel is `IsolateFeeds`. */
export interface IsolateMeter {
  jobBegan(name: string): void;
  jobEnded(name: string): void;
  /** Called when the isolate was told to leave, after the result of its last job is with the parent. */
  retire(): Promise<void> | void;
}

/** What one isolate does around its jobs. Nothing in here may fail a job. */
export class IsolateWatch {
  readonly #meter: IsolateMeter | null;
  readonly #heapLimit: HeapLimit | null;

  /** Once per isolate, after the processor file was loaded. */
  static async start(
    { maxHeapBytes, measure }: IsolateSettings,
    processor: AnyProcessor,
  ): Promise<IsolateWatch> {
    const meter = measure === null ? null : await startMeter(measure, processor);
    const limit = maxHeapBytes === null ? null : new HeapLimit(maxHeapBytes);
    const cpu = new CpuClock();
    leaveWhenTold(async () => {
      const jobsCpuMs = cpu.sinceLoadedMs();
      const last = { kind: 'leaving', heapBytes: limit?.lastBytes() ?? heapBytes(), jobsCpuMs } as const;
      try {
        await meter?.retire();
      } catch {
        // What it measured is lost; the isolate leaves all the same.
      }
      return last;
    });
    // Before BullMQ's own listener, which makes the pool believe that the isolate is free for another job.
    process.prependListener('uncaughtException', () => tell({ kind: 'doomed' }));
    tell({ kind: 'loaded', heapBytes: limit?.baselineBytes() ?? heapBytes(), bootCpuMs: cpu.untilLoadedMs });
    return new IsolateWatch(meter, limit);
  }

  private constructor(meter: IsolateMeter | null, heapLimit: HeapLimit | null) {
    this.#meter = meter;
    this.#heapLimit = heapLimit;
  }

  jobBegan(name: string): void {
    try {
      tell({ kind: 'began' });
      this.#meter?.jobBegan(name);
    } catch {
      // Not measured.
    }
  }

  jobEnded(name: string): void {
    try {
      this.#meter?.jobEnded(name);
      const above = this.#heapLimit?.bytesAbove() ?? null;
      // Before BullMQ sends the result: the pool decides at once when that arrives.
      if (above !== null) tell({ kind: 'above-limit', heapBytes: above });
    } catch {
      // Not measured.
    }
  }
}

/** Loaded only where jobs are measured: it brings half of the guard with it, and each isolate pays for that. */
async function startMeter(
  options: Readonly<Record<string, unknown>>,
  processor: AnyProcessor,
): Promise<IsolateMeter | null> {
  try {
    const { meterIsolate } = await import('../measure/isolate-meter.ts');
    return meterIsolate((message: unknown) => tell({ kind: 'measured', message }), options, processor);
  } catch (error) {
    process.emitWarning(`leakguard: jobs of this isolate are not measured: ${String(error)}`, {
      code: 'LEAKGUARD_MEASURE',
    });
    return null;
  }
}

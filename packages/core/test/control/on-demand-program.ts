import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface Running {
  child: ChildProcess;
  pid: number;
  output: { stdout: string; stderr: string };
  /** Resolves once the program has printed this. */
  printed: (text: string) => Promise<void>;
  /** Exit code, or the signal that ended it. */
  exit: Promise<number | string>;
}

/**
 * Runs an ES module's text with the parts at `url` as `parts`; a `snapshot()` of two functions that grows with each call is there
 * too. The process is killed when the test ends.
 */
export function runProgram(url: string, text: string, { flags = [] as string[], env = {} } = {}): Running {
  const program = `
    const parts = await import(${JSON.stringify(url)});
    let taken = 0;
    const frame = (name, line) => ({ function: name, file: 'src/app.js', line, column: 1 });
    const stack = (frames, samples) => ({ frames, scope: null, samples, bytes: samples * 65536, variance: samples * 65536 ** 2 });
    const snapshot = async (time = new Date()) => new parts.AllocationSnapshot(parts.snapshotData({
      time: time.toISOString(), pid: process.pid, threadId: null, process: parts.processIdentity(), node: process.version,
      uptimeMs: performance.now(), samplingIntervalBytes: 65536, costMs: 1, pauseMs: 1, unavailable: null, scopes: [],
      memory: { floorBytes: null, heapUsedBytes: 1, rssBytes: 1, externalBytes: 1, arrayBuffersBytes: 1, heapLimitBytes: 1,
        floorSlopeBytesPerHour: null, growing: [], forecast: null },
      stacks: [stack([frame('keep', 3)], 5), stack([frame('leak', 7)], (taken += 10))],
    }));
    const live = () => setInterval(() => undefined, 1000);
    ${text}`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', program], {
    env: { PATH: process.env.PATH, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const printed = async (wanted: string): Promise<void> => {
    while (!output.stdout.includes(wanted)) {
      const ended = await Promise.race([exit, once(child.stdout, 'data').then(() => null)]);
      if (ended !== null && !output.stdout.includes(wanted))
        throw new Error(`ended (${ended}) without printing ${wanted}: ${output.stdout}${output.stderr}`);
    }
  };
  return { child, pid: child.pid!, output, printed, exit };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';
import { type SuperviseOptions, type Supervisor, superviseWorkers } from '../../src/supervise/index.ts';

/** Long enough for a busy machine: it only ends what would never end. */
const PATIENCE = { timeout: 120_000, interval: 20 };

/** Polls until the condition holds. */
export function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  return vi.waitFor(async () => {
    if (!(await condition())) throw new Error(`never happened: ${what}`);
  }, PATIENCE);
}

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 180_000);

/** At the end of the file, last one first: tests of a file run side by side, as most of their time is waiting for processes. */
export function atEnd(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'leakguard-supervise-'));
}

export interface Supervised {
  supervisor: Supervisor;
  /** `event` and payload, in order. */
  events: { event: string; [field: string]: unknown }[];
  /** `warn: text` and so on, in order. */
  logs: string[];
}

/** A supervisor in this process, closed at the end; restarts at once, unless options say otherwise. */
export function supervise(options: SuperviseOptions): Supervised {
  const events: Supervised['events'] = [];
  const logs: string[] = [];
  const log = (level: string) => (_: object, message: string) => void logs.push(`${level}: ${message}`);
  const logger = { info: log('info'), warn: log('warn'), error: log('error') };
  const supervisor = superviseWorkers({
    ...{ execArgv: [], handleSignals: false, restartDelay: 20, drainTimeout: 60_000, logger },
    ...options,
    env: { QUIET: '1', ...options.env },
  });
  for (const event of ['ready', 'replaced', 'crashed', 'closed'] as const) {
    supervisor.on(event, (payload) => events.push({ event, ...payload }));
  }
  atEnd(() => supervisor.close());
  return { supervisor, events, logs };
}

export function count(events: Supervised['events'], event: string): number {
  return events.filter((seen) => seen.event === event).length;
}

/** Commands for processes of `idle-worker.mjs`. */
export class Commands {
  readonly folder: string = temporaryFolder();

  get arg(): string {
    return `--commands=${this.folder}`;
  }

  give(pid: number, command: 'replace' | 'replace-wordlessly' | 'crash' | 'exit'): void {
    writeFileSync(join(this.folder, `${pid}.${command}`), '');
  }
}

export interface SupervisorProcess {
  child: ChildProcess;
  pid: number;
  events: Supervised['events'];
  /** What supervisor and workers wrote. */
  output: () => string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A supervisor as a process, leader of a group of its own; whatever is left of the group is killed at the end. */
export function supervisorProcess(
  entry: string,
  processes: number,
  options: Partial<SuperviseOptions> = {},
  env: Record<string, string> = {},
): SupervisorProcess {
  const args = [program('supervisor'), program(entry), String(processes), JSON.stringify(options)];
  const settings = { env: { ...process.env, ...env }, detached: true };
  return watched(spawn(process.execPath, args, { ...settings, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Collects what a process group writes. */
export function watched(child: ChildProcess): SupervisorProcess {
  const pid = child.pid!;
  let output = '';
  const events: Supervised['events'] = [];
  let unfinished = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split('\n');
    unfinished = lines.pop()!;
    for (const line of lines) if (line.startsWith('{"event"')) events.push(JSON.parse(line));
  });
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exit: SupervisorProcess['exit'] = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  atEnd(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing is left of it.
    }
  });
  return { child, pid, events, output: () => output, exit };
}

/** Whether a process runs; one that ended and was not waited for (in a container without init) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

import { statSync } from 'node:fs';
import type { Logger } from '@leakguard/core';
import { type Command, InvalidArgumentError } from 'commander';
import type { CliOutput, CliStreams } from '../cli-streams.ts';
import { escapeControls } from '../render/escape-controls.ts';
import { parseDuration } from './duration-option.ts';

/** Options of `leakguard run`. */
interface RunOptions {
  processes: number;
  readyTimeout?: number;
  drainTimeout?: number;
  nodeArg?: string[];
}

const EXIT_CODES = `
Exit codes: 0 when all workers finished their jobs and ended; 1 when the program failed to start again and again, and when
workers had to be killed; 2 for wrong usage.`;

/**
 * Adds `run`: a worker program under supervision.
 *
 * @param exitWith gets the exit code
 */
export function addRun(command: Command, streams: CliStreams, exitWith: (code: number) => void): void {
  command
    .command('run')
    .description(
      'run a BullMQ worker program, and replace its processes at their limits without losing a job',
    )
    .argument(
      '<worker.js>',
      'the program: its GuardedWorkers have maxJobsPerWorker or maxHeapPerWorker',
      parseEntry,
    )
    .argument('[args...]', "arguments of the program, after '--'")
    .option('--processes <n>', 'how many processes run it; one more during a replacement', parseProcesses, 1)
    .option(
      '--ready-timeout <time>',
      "a process not ready by then is started again, '60s' by default",
      parseDuration,
    )
    .option(
      '--drain-timeout <time>',
      "a process still draining then is killed, '10m' by default",
      parseDuration,
    )
    .option('--node-arg <arg>', 'argument of Node itself, may be repeated', collect)
    .addHelpText(
      'after',
      `
Examples:
  leakguard run worker.js
  leakguard run worker.js --processes 4 --drain-timeout 15m
  leakguard run worker.js --node-arg=--max-old-space-size=512 -- --queue emails

Signals: SIGTERM and SIGINT finish running jobs, again a second later they kill; SIGHUP replaces all processes one by one.
${EXIT_CODES}`,
    )
    .action(async (entry: string, args: string[], options: RunOptions) => {
      exitWith(await run(entry, args, options, streams.stderr));
    });
}

async function run(
  entry: string,
  args: readonly string[],
  { processes, readyTimeout, drainTimeout, nodeArg }: RunOptions,
  stderr: CliOutput,
): Promise<number> {
  // Loaded here: no other command needs it.
  const { superviseWorkers } = await import('@leakguard/bullmq/supervise');
  const supervisor = superviseWorkers({
    ...{ entry, args, processes },
    ...(readyTimeout === undefined ? {} : { readyTimeout }),
    ...(drainTimeout === undefined ? {} : { drainTimeout }),
    ...(nodeArg === undefined ? {} : { execArgv: nodeArg }),
    // NDJSON where no person looks, as the guards of the workers write.
    ...(stderr.isTTY === true ? { logger: plainLogger(stderr) } : {}),
  });
  return (await supervisor.closed).exitCode;
}

function plainLogger(stderr: CliOutput): Logger {
  const log = (_: object, message: string): void => void stderr.write(`${escapeControls(message)}\n`);
  return { info: log, warn: log, error: log };
}

function parseEntry(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  throw new InvalidArgumentError('There is no such file.');
}

function parseProcesses(value: string): number {
  const processes = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  if (processes >= 1 && processes <= 1000) return processes;
  throw new InvalidArgumentError('Expected a number from 1 to 1000.');
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

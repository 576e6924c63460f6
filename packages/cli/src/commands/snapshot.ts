import { setTimeout as delay } from 'node:timers/promises';
import type { AllocationSnapshot } from '@leakguard/core/snapshot';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliStreams } from '../cli-streams.ts';
import { askEarlier, askSnapshot } from '../read/read-snapshot.ts';
import { escapeControls, escapeControlsInLines } from '../render/escape-controls.ts';
import { differenceText } from './diff.ts';
import { parseDuration } from './duration-option.ts';
import { addStatisticOptions, type StatisticOptions } from './snapshot-options.ts';
import { SNAPSHOT_SIGNALS, signalledSnapshot } from './snapshot-signal.ts';

/** Options of `leakguard snapshot`. */
interface SnapshotOptions extends StatisticOptions {
  out?: string;
  /** False with `--no-compare`. */
  compare: boolean;
  /** Milliseconds. */
  wait?: number;
  /** `true` for the usual one. */
  signal?: string | true;
}

const EXIT_CODES = `
Exit codes: 0 when it was taken; 2 for wrong usage, for a process that does not listen or gives no snapshot, and for a file that cannot
be written.`;

/** Adds `snapshot`: who holds the memory of a running process. */
export function addSnapshot(command: Command, streams: CliStreams): void {
  const snapshot = command
    .command('snapshot')
    .description('who allocated what a running process holds, while it goes on serving')
    .argument('<pid>', 'the process, 4242, or one of its worker threads, 4242-3', parsePid)
    .option('--wait <time>', "take a second one so much later, '60s', and print what changed", parseDuration)
    .option('--no-compare', 'print what holds most, not what changed since the process last took one')
    .option('--out <file>', 'write the snapshot, with --wait the second one, for leakguard diff');
  addStatisticOptions(
    snapshot,
    'the snapshot as JSON, which leakguard diff reads; with --wait all differences',
  )
    .addOption(
      new Option(
        '--signal [signal]',
        'where there is no control socket: ask by signal, SIGUSR2 by default (option signal)',
      ).choices(SNAPSHOT_SIGNALS),
    )
    .addHelpText(
      'after',
      `
Prints what changed since the process last took one, as its guard does while something grows; the first one is compared with
nothing, and says what holds most.

The process must have a guard with a control socket (option control, on by default) and belong to you. One snapshot costs a forced
GC, printed with it. A process that has no handler for a signal is ended by it: so --signal is sent only where /proc/<pid>/status
shows a handler and a guard has left word that it is its own. The process then writes a file into its snapshotDir, which is read
from there: --wait, --out and --json do the same as through the socket.

Examples:
  leakguard snapshot 4242
  leakguard snapshot 4242 --wait 60s --group-by scope
  leakguard snapshot 4242 --out before.json
  leakguard snapshot 4242 --json | jq '.stacks | length'
${EXIT_CODES}`,
    )
    .action(async (pid: string, options: SnapshotOptions) => {
      streams.stdout.write(await takeSnapshot(pid, options, streams));
    });
}

async function takeSnapshot(pid: string, options: SnapshotOptions, streams: CliStreams): Promise<string> {
  const { wait, out, json } = options;
  const { first, again } = await firstSnapshot(pid, options, streams);
  if (wait === undefined) {
    await writeOut(first, out);
    return json === true ? `${JSON.stringify(first)}\n` : await textOfOne(pid, first, options);
  }
  if (streams.stderr.isTTY === true)
    streams.stderr.write(`taken; the second one follows in ${wait / 1000} s\n`);
  await delay(wait);
  const second = await again();
  await writeOut(second, out);
  return differenceText(second, first, options);
}

/** The first one, and what takes another one in the same way: through the socket, else by the signal if that is allowed. */
async function firstSnapshot(
  pid: string,
  { signal }: SnapshotOptions,
  { stderr }: CliStreams,
): Promise<{ first: AllocationSnapshot; again: () => Promise<AllocationSnapshot> }> {
  try {
    return { first: await askSnapshot(pid), again: () => askSnapshot(pid) };
  } catch (error) {
    if (signal === undefined || (error as { code?: unknown }).code !== 'ERR_LEAKGUARD_NOT_LISTENING')
      throw error;
  }
  const name = signal === true ? SNAPSHOT_SIGNALS[0]! : signal;
  const again = async (): Promise<AllocationSnapshot> => {
    const { snapshot, file } = await signalledSnapshot(pid, name);
    stderr.write(`leakguard: by ${name}, which made ${pid} write ${escapeControls(file)}\n`);
    return snapshot;
  };
  return { first: await again(), again };
}

/** What changed since the process last took one, if it did; else what holds most. */
async function textOfOne(pid: string, first: AllocationSnapshot, options: SnapshotOptions): Promise<string> {
  const isComparable = options.compare && first.unavailable === null;
  const earlier = isComparable ? await askEarlier(pid, first) : null;
  return earlier === null
    ? await snapshotText(first, options)
    : await differenceText(first, earlier, options);
}

async function snapshotText(
  snapshot: AllocationSnapshot,
  { groupBy, top }: SnapshotOptions,
): Promise<string> {
  const { formatSnapshot } = await import('@leakguard/core/snapshot');
  return `${escapeControlsInLines(formatSnapshot(snapshot, { groupBy, top }))}\n`;
}

async function writeOut(snapshot: AllocationSnapshot, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const { LeakguardError, writeSnapshotFile } = await import('@leakguard/core/snapshot');
  try {
    writeSnapshotFile(file, snapshot);
  } catch (cause) {
    throw new LeakguardError(
      'ERR_LEAKGUARD_SNAPSHOT_FILE',
      `leakguard: cannot write ${escapeControls(file)}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** As core's `parseTarget`, which is loaded only when the command runs. */
function parsePid(value: string): string {
  if (/^[1-9]\d{0,9}(-[1-9]\d{0,9})?$/.test(value)) return value;
  throw new InvalidArgumentError('Expected a pid such as 4242, or 4242-3 for its worker thread 3.');
}

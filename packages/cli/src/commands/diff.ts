import type { AllocationDifference, AllocationSnapshot } from '@leakguard/core/snapshot';
import type { Command } from 'commander';
import type { CliStreams } from '../cli-streams.ts';
import { escapeControls, escapeControlsInLines } from '../render/escape-controls.ts';
import { addStatisticOptions, type StatisticOptions } from './snapshot-options.ts';

/** What `--json` of a comparison prints; a later version 1 may add fields. */
export interface DifferenceReport {
  v: 1;
  /** ISO 8601. */
  older: string;
  newer: string;
  groupBy: StatisticOptions['groupBy'];
  /** All of them, largest change first. */
  differences: AllocationDifference[];
}

const EXIT_CODES = `
Exit codes: 0, also where nothing changed; 2 for wrong usage, for files that cannot be read, and for two that cannot be compared.`;

/** Adds `diff`: what changed between two snapshot files. */
export function addDiff(command: Command, { stdout, stderr }: CliStreams): void {
  const diff = command
    .command('diff')
    .description('what changed between two snapshot files of one process, largest change first')
    .argument('<older.json>', 'the file that was written first')
    .argument('<newer.json>', 'the other one');
  addStatisticOptions(diff, 'all differences as JSON')
    .addHelpText(
      'after',
      `
Sizes are estimated from samples and have their error beside them (95 %); count is the number of samples. V8 names the function, at its
first line, not the line that allocates.

Examples:
  leakguard diff before.json after.json
  leakguard diff before.json after.json --group-by scope
  leakguard diff before.json after.json --json | jq '.differences[0]'
${EXIT_CODES}`,
    )
    .action(async (older: string, newer: string, options: StatisticOptions) => {
      const { readSnapshotFile } = await import('@leakguard/core/snapshot');
      const [first, second] = [await readSnapshotFile(older), await readSnapshotFile(newer)];
      const isReversed = first.data.uptimeMs > second.data.uptimeMs;
      const [before, after] = isReversed ? [second, first] : [first, second];
      const text = await differenceText(after, before, options);
      if (isReversed)
        stderr.write(`leakguard: ${escapeControls(newer)} is the older one, and was taken as that\n`);
      stdout.write(text);
    });
}

/** The comparison as `--json` or as text; nothing in it can control a terminal. */
export async function differenceText(
  newer: AllocationSnapshot,
  older: AllocationSnapshot,
  { groupBy, top, json }: StatisticOptions,
): Promise<string> {
  const { formatDifference } = await import('@leakguard/core/snapshot');
  if (json !== true) return `${escapeControlsInLines(formatDifference(newer, older, { groupBy, top }))}\n`;
  const differences = newer.compareTo(older, { groupBy });
  const report: DifferenceReport = { v: 1, older: older.time, newer: newer.time, groupBy, differences };
  return `${JSON.stringify(report, null, 2)}\n`;
}

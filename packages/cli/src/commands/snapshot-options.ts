import type { AllocationTextOptions } from '@leakguard/core/snapshot';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Of core's GROUPINGS; here so that help and completion need no core. */
const GROUPINGS = ['function', 'file', 'stack', 'scope'] as const;

/** What `snapshot` and `diff` have in common. */
export interface StatisticOptions {
  groupBy: NonNullable<AllocationTextOptions['groupBy']>;
  top: number;
  json?: boolean;
}

/** Adds `--group-by`, `--top` and `--json`. */
export function addStatisticOptions(command: Command, json: string): Command {
  return command
    .addOption(
      new Option('--group-by <what>', 'what samples are summed up by').choices(GROUPINGS).default('function'),
    )
    .option('--top <n>', 'lines to show', parseTop, 10)
    .option('--json', json);
}

function parseTop(value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Expected a number from 1 to 9999999.');
}

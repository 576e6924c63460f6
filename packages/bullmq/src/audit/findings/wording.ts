import type { JobSample } from '../job-sample.ts';

const MAX_NAMES = 3;
const MAX_NAME = 40;

/** "12,000". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** "1 job", "12,000 jobs". */
export function jobs(value: number): string {
  return `${count(value)} ${Math.round(value) === 1 ? 'job' : 'jobs'}`;
}

/** A name as a string of a program, short. */
export function quoted(name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  return `'${JSON.stringify(short).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
}

/** "'send', 'report' and others": names of jobs, most frequent first. */
export function names(samples: readonly { name: string }[]): string {
  const counts = new Map<string, number>();
  for (const { name } of samples) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => quoted(name));
  const shown = sorted.slice(0, MAX_NAMES).join(', ');
  return sorted.length > MAX_NAMES ? `${shown} and others` : shown;
}

/** Every job that was looked at. */
export function allSamples(facts: {
  completed: { newest: JobSample[] };
  failed: { newest: JobSample[] };
  waiting: JobSample[];
}): JobSample[] {
  return [...facts.completed.newest, ...facts.failed.newest, ...facts.waiting];
}

/** The middle one of some amounts. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

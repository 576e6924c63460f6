import { DamagedGzipError, type LogSource } from './log-source.ts';
import { parseLogLine } from './parse-log-line.ts';
import { splitLines } from './split-lines.ts';

/** Lines looked at for the first event; ours may be rare in a log shared with other software. */
const PEEKED_LINES = 20_000;

/**
 * Sources by the time of their first event, so that rotated files of one process are read in the order in which they were written, however a shell
 * has sorted them. What cannot be opened twice, or has no event, comes last in the order given.
 *
 * @throws LogFileError for a file that cannot be read
 */
export async function inOrderOfTime(sources: readonly LogSource[]): Promise<LogSource[]> {
  if (sources.length < 2) return [...sources];
  const timed: { source: LogSource; time: number }[] = [];
  for (const source of sources) timed.push({ source, time: await firstTime(source) });
  return timed.sort((a, b) => (a.time === b.time ? 0 : a.time - b.time)).map(({ source }) => source);
}

async function firstTime(source: LogSource): Promise<number> {
  if (!source.isRepeatable) return Number.POSITIVE_INFINITY;
  try {
    for await (const line of splitLines(source.open())) {
      const parsed = parseLogLine(line);
      if (parsed.type === 'event') return parsed.event.time;
      if (line.number >= PEEKED_LINES) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedGzipError)) throw error;
  }
  return Number.POSITIVE_INFINITY;
}

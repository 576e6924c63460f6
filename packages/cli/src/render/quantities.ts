import bytes from 'bytes';

/** '2.1 KB'; 1 KB is 1,024 bytes. */
export function formatBytes(value: number): string {
  const decimalPlaces = Math.abs(value) < 10 * 1024 ** 2 ? 1 : 0;
  return bytes.format(Math.round(value), { decimalPlaces, unitSeparator: ' ' }) ?? '?';
}

const SCALES = [
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
] as const;

/** '1.9..2.3 KB': both ends in the unit of the upper one. */
export function formatByteRange([low, high]: readonly [number, number]): string {
  const [unit, scale] = SCALES.find(([, size]) => high >= size) ?? ['B', 1];
  const digits = unit === 'B' ? 0 : 1;
  return `${(low / scale).toFixed(digits)}..${(high / scale).toFixed(digits)} ${unit}`;
}

/** '1,234,567'. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** '1 line', '2 lines'. */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** '2 h 10 min', '3 min 20 s', '45 s'. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10 && seconds % 60 !== 0) return `${minutes} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** '2026-11-22 14:02:09 UTC' of epoch milliseconds. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

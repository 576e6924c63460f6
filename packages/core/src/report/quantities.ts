import bytes from 'bytes';

/** '2.1 KB'; 1 KB is 1,024 bytes. */
export function formatBytes(value: number): string {
  return (
    bytes.format(Math.round(value), {
      decimalPlaces: Math.abs(value) < 10 * 1024 ** 2 ? 1 : 0,
      unitSeparator: ' ',
    }) ?? '?'
  );
}

/** '1.9..2.3 KB': both ends in the unit of the upper one. */
export function formatByteRange([low, high]: readonly [number, number]): string {
  const unit = high >= 1024 ** 3 ? 'GB' : high >= 1024 ** 2 ? 'MB' : high >= 1024 ? 'KB' : 'B';
  const scale = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[unit];
  const digits = unit === 'B' ? 0 : 1;
  return `${(low / scale).toFixed(digits)}..${(high / scale).toFixed(digits)} ${unit}`;
}

/** '2 h 10 min', '3 min 20 s', '45 s'. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** '1 h 50..2 h 40', '40 min..1 h 5', '12 s..40 s'. */
export function formatDurationRange([low, high]: readonly [number, number]): string {
  const short = (ms: number): string => formatDuration(ms).replace(/( h \d+) min$/, '$1');
  return `${short(low)}..${short(high)}`;
}

/** '98 %'; never rounds an uncertain figure up to certainty. */
export function formatProbability(probability: number): string {
  if (probability > 0.99) return 'more than 99 %';
  if (probability < 0.01) return 'less than 1 %';
  return `${Math.round(probability * 100)} %`;
}

/** '14:02' on the report's own day, else '2026-11-21 14:02'; UTC. */
export function formatSince(since: string, now: string): string {
  const [day, time] = [since.slice(0, 10), since.slice(11, 16)];
  return day === now.slice(0, 10) ? `${time} UTC` : `${day} ${time} UTC`;
}

/** A p value as `p < 1e-9`. */
export function formatP(p: number): string {
  if (p >= 0.01) return `p = ${p.toFixed(2)}`;
  return `p < 1e${Math.max(-300, Math.ceil(Math.log10(Math.max(p, 1e-300))))}`;
}

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** 2026-11-22T14:00:00Z. */
export const T0: number = Date.parse('2026-11-22T14:00:00.000Z');
const MINUTE = 60_000;

export interface ScopeFields {
  scope: string;
  kind?: string;
  units: number;
  turn?: number;
  verdict?: string;
  bytesPerUnit?: number | null;
  ci95?: [number, number] | null;
  totalBytes?: number | null;
}

/** A scope's fields as core writes them, a stable route unless told otherwise. */
export function scopeFields(fields: ScopeFields): object {
  const { scope, units, ...rest } = fields;
  return {
    ...{ scope, kind: 'route', units, inFlight: 0, verdict: 'stable', unitsPerSecond: 10 },
    ...{ bytesPerUnit: null, ci95: null, totalBytes: null },
    ...rest,
  };
}

export interface MemoryFields {
  pid?: number;
  threadId?: number;
  hostname?: string;
  /** Minutes after T0. */
  minute: number;
  /** Minutes after T0 at which the process started. @default 0 */
  start?: number;
  scopes: ScopeFields[];
  unattributed?: object | null;
}

/** A periodic line, as core's logFile writes it. */
export function memoryLine({
  pid = 1,
  threadId,
  hostname,
  minute,
  start = 0,
  scopes,
  unattributed = null,
}: MemoryFields): object {
  return {
    ...{ v: 1, time: at(minute), event: 'memory', pid },
    ...(threadId === undefined ? {} : { threadId }),
    ...(hostname === undefined ? {} : { hostname }),
    ...{ level: 'watch', node: 'v20.20.2', uptimeMs: (minute - start) * MINUTE },
    ...{ memory: { floorBytes: 30_000_000 }, scopes: scopes.map(scopeFields), unattributed, overhead: {} },
  };
}

export function at(minute: number): string {
  return new Date(T0 + minute * MINUTE).toISOString();
}

export function ndjson(...lines: (object | string)[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

/** Writes files into a new folder and gives their paths. */
export async function writeLogs(files: Record<string, string | Uint8Array>): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'leakguard-report-'));
  const paths = Object.keys(files).map((name) => path.join(folder, name));
  for (const file of paths) await writeFile(file, files[path.basename(file)]!);
  return paths;
}

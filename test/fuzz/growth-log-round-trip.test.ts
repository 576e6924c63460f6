import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportLogs } from 'leakguard';
import { describe, expect, it } from 'vitest';
import { recordEvent } from '../../packages/core/src/adapter/record-event.ts';
import { guardOn } from '../../packages/core/src/guard.ts';
import type { AuditEvent, GrowthReport, RecycleEvent } from '../../packages/core/src/types.ts';
import { FakeRuntime } from '../../packages/core/test/fake-runtime.ts';
import { cases, FUZZ_SEED, fc } from './fast-check.ts';
import { anyText } from './hostile-values.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const streams = {
  stdin: (async function* () {})(),
  stdout: { write: () => true },
  stderr: { write: () => true },
};

/** What one process does: traffic by name, then time and GCs, some of it long enough for idle scopes to lose their place. */
interface Phase {
  job: boolean;
  name: string;
  units: number;
  gcs: number;
  minutes: number;
  recycles: number;
  audits: number;
}

interface Life {
  pid: number;
  /** Seconds after the first process may start. */
  startsAt: number;
  maxScopes: number;
  phases: Phase[];
}

const anyName = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') }, anyText());
const anyPhase: fc.Arbitrary<Phase> = fc.record({
  job: fc.boolean(),
  name: anyName,
  units: fc.nat({ max: 30 }),
  gcs: fc.constantFrom(0, 1, 21),
  minutes: fc.nat({ max: 2 }),
  recycles: fc.nat({ max: 2 }),
  audits: fc.nat({ max: 2 }),
});
const anyLife: fc.Arbitrary<Life> = fc.record({
  pid: fc.integer({ min: 1, max: 3 }),
  startsAt: fc.integer({ min: 0, max: 1000 }),
  maxScopes: fc.integer({ min: 1, max: 4 }),
  phases: fc.array(anyPhase, { maxLength: 25 }),
});

/** Lives the life and gives what its guard knows at the end; its log is in the folder. */
function live({ startsAt, maxScopes, phases }: Life, folder: string): { report: GrowthReport; log: string } {
  const runtime = new FakeRuntime();
  runtime.nowMs = startsAt * 1000;
  const logFile = join(folder, `growth.ndjson`);
  const guard = guardOn(runtime, { enabled: true, logger: silent, logFile, maxScopes });
  for (const { job, name, units, gcs, minutes, recycles, audits } of phases) {
    const id = guard.scope(job ? 'job' : 'route', name);
    for (let unit = 0; unit < units; unit++) guard.begin().end(id);
    for (let gc = 0; gc < gcs; gc++) runtime.majorGc();
    for (let recycle = 0; recycle < recycles; recycle++) recordEvent(guard, recycleOf(name));
    for (let audit = 0; audit < audits; audit++) recordEvent(guard, auditOf(name));
    runtime.pass(minutes * 60_000);
  }
  const report = guard.report();
  void guard.close();
  const file = join(folder, `growth.${process.pid}.ndjson`);
  const log = readFileSync(file, 'utf8');
  rmSync(file);
  return { report, log };
}

function recycleOf(queue: string): RecycleEvent {
  const isolate = { kind: 'process', id: queue } as const;
  return { event: 'recycle', queue, reason: queue, jobs: 1, heapBytes: null, isolate, ms: 2 };
}

function auditOf(queue: string): AuditEvent {
  const severity = 'warning' as const;
  return { event: 'audit', queue, finding: queue, severity, text: queue, bytes: 1, fix: queue };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The log as another process would have written it. */
function writtenBy(pid: number, log: string): string {
  return log.replaceAll(`"pid":${process.pid}`, `"pid":${pid}`);
}

function unitsOf({ scopes, evidence }: GrowthReport): number {
  return scopes.reduce((sum, { units }) => sum + units, evidence.evicted.units);
}

async function inTemporaryFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-fuzz-'));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function mergedReport(files: string[]) {
  return JSON.parse(await reportLogs(files, { json: true }, streams));
}

describe(`leakguard report on what guards wrote (seed ${FUZZ_SEED})`, () => {
  it('understands every line and counts every unit, whatever the names, and whoever lost a place', async () => {
    const distinctStart = { selector: ({ startsAt }: Life) => startsAt, minLength: 1, maxLength: 3 };
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyLife, distinctStart), (lives) =>
        inTemporaryFolder(async (folder) => {
          const files: string[] = [];
          let units = 0;
          for (const [index, life] of lives.entries()) {
            const { report, log } = live(life, folder);
            units += unitsOf(report);
            files.push(join(folder, `${index}.ndjson`));
            writeFileSync(files.at(-1)!, writtenBy(life.pid, log));
          }
          const merged = await mergedReport(files);
          expect(merged.lines).toMatchObject({ damaged: 0, other: 0, newer: 0, unknown: {} });
          expect(merged.processes).toBe(lives.length);
          const counted = merged.scopes.reduce(
            (sum: number, scope: { units: number }) => sum + scope.units,
            0,
          );
          expect(counted).toBe(units);
          const phases = lives.flatMap((life) => life.phases);
          const recycles = sumOf(phases.map((phase) => phase.recycles));
          expect(merged.lines.events.recycle ?? 0).toBe(recycles);
          expect(sumOf(merged.recycles.map(({ count }: { count: number }) => count))).toBe(recycles);
          expect(merged.lines.events.audit ?? 0).toBe(sumOf(phases.map((phase) => phase.audits)));
        }),
      ),
      cases(40),
    );
  });
});

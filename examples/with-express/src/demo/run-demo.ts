import { setTimeout as sleep } from 'node:timers/promises';
import { formatReport, type GrowthReport } from '@leakguard/core';
import {
  AskedProcess,
  isPeriodic,
  judge,
  judgeSites,
  kilobytes,
  leakingScopes,
  type PlantedPlace,
  readableLine,
  type Screen,
  sitesText,
  verdictText,
} from 'demo-kit';
import type { ServerAnswers, ServerReady } from '../server.ts';
import { growthLine, growthTable } from './growth-table.ts';
import { type Load, startLoad } from './load.ts';
import { planTraffic } from './traffic.ts';

/** Enough requests for every planted leak; what counts on a slow machine too, within the time. */
const REQUESTS = 48_000;
const MAX_SECONDS = 100;
/** A pace that most machines hold, so that the demo takes about a minute and leaves them usable. */
const LOAD = { connections: 16, requestsPerSecond: 800, maxSeconds: MAX_SECONDS + 20 };
const LOOK_EVERY_MS = 1000;
const SEED = 20_261;

/** What a run of the demo needs. */
export interface DemoOptions {
  /** The routes that leak, and where; used for nothing but the judgement at the end. */
  planted: readonly PlantedPlace[];
  /** The server's entry file. */
  server: URL;
  screen: Screen;
  /** Ends the run: `runDemo` then rejects, with everything stopped. */
  signal: AbortSignal;
}

interface Run {
  server: AskedProcess<ServerAnswers, ServerReady>;
  load: Load;
  screen: Screen;
  signal: AbortSignal;
  startMs: number;
  everLeaking: Set<string>;
}

/** Starts the server, drives it, shows what the guard says meanwhile and at the end. Resolves to whether it was right. */
export async function runDemo({ planted, server: entry, screen, signal }: DemoOptions): Promise<boolean> {
  screen.print(
    'leakguard demo: a shop of 13 routes, three of which leak. The guard is one line, at level prove.',
  );
  const server = new AskedProcess<ServerAnswers, ServerReady>({
    entry,
    onLine: (line) => {
      if (!isPeriodic(line)) screen.print(readableLine('server', line));
    },
  });
  let load: Load | undefined;
  try {
    const { port } = await server.ready;
    load = startLoad({ ...LOAD, port }, planTraffic(SEED));
    const run = { server, load, screen, signal, startMs: performance.now(), everLeaking: new Set<string>() };
    await drive(run);
    const report = await server.ask('analyze');
    showReport(run, report);
    return showJudgement(run, report, planted);
  } finally {
    await Promise.all([load?.stop(), server.stop()]);
  }
}

/** Until enough requests are answered or the time is up. */
async function drive(run: Run): Promise<void> {
  while (run.load.answered() < REQUESTS && elapsedSeconds(run) < MAX_SECONDS) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: run.signal });
    const report = await run.server.ask('report');
    for (const scope of leakingScopes(report)) run.everLeaking.add(scope);
    const progress = progressLine(run, report);
    run.screen.live(['', progress, '', ...growthTable(report)], `${progress}   ${growthLine(report)}`);
  }
}

function elapsedSeconds({ startMs }: Run): number {
  return (performance.now() - startMs) / 1000;
}

function progressLine(run: Run, { memory, evidence }: GrowthReport): string {
  const answered = run.load.answered();
  const seconds = elapsedSeconds(run);
  const share = Math.min(1, Math.max(answered / REQUESTS, seconds / MAX_SECONDS));
  const floor = memory.floorBytes === null ? 'unknown' : kilobytes(memory.floorBytes);
  return [
    `[${'#'.repeat(Math.round(share * 20)).padEnd(20, '.')}]`,
    `${seconds.toFixed(0)} s`,
    `${answered} of ${REQUESTS} requests`,
    `floor ${floor} after ${evidence.majorGcs} major GCs`,
  ].join('   ');
}

function showReport(run: Run, report: GrowthReport): void {
  const { load, screen } = run;
  screen.live([], '');
  const figures = `${load.answered()} requests in ${elapsedSeconds(run).toFixed(0)} s, ${load.failed()} failed`;
  screen.print(`\n${figures}, level ${report.level}. The report:\n`);
  screen.print(`${formatReport(report)}\n`);
}

function showJudgement(
  { screen, everLeaking }: Run,
  report: GrowthReport,
  planted: readonly PlantedPlace[],
): boolean {
  const routes = planted.map(({ scope }) => scope);
  const judgement = judge(report, routes, everLeaking);
  const sites = judgeSites(report, planted);
  const passed = judgement.passed && sites.every((site) => site.passed);
  screen.print(
    passed ? 'PASSED: all planted leaks were named with their functions, and nothing else was' : 'FAILED',
  );
  screen.print(`${verdictText(judgement)}\n${sitesText(sites)}`);
  return passed;
}

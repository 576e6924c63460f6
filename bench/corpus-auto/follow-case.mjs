import { installCasePackages } from '../../test/corpus/case-packages.mjs';
import { guardModuleOf, loadCase } from '../../test/corpus/cases.mjs';
import { brokenHost, falseAccusations } from '../../test/corpus/judge.mjs';
import { startLoad } from '../../test/corpus/load.mjs';
import { RunHistory } from '../../test/corpus/run-history.mjs';
import { startServer } from '../../test/corpus/server-process.mjs';
import { NaiveHistory } from './naive-rule.mjs';

const RIVAL = new URL('naive-middleware.mjs', import.meta.url).href;
/** How often the report and the naive averages are looked at; events of the guard are marked as they come. */
const LOOK_EVERY_UNITS = 1_000;

/** When something was seen: requests and seconds since the load began. @typedef {{ units: number, seconds: number }} Mark */

/**
 * @typedef {object} FollowOptions
 * @property {number} seed of the traffic
 * @property {number} maxSeconds
 * @property {number} maxUnits
 * @property {readonly string[]} nodeFlags of the app's process: what makes its machine small
 * @property {boolean} alone without the naive rules
 */

/**
 * What a detector said of one leak.
 *
 * @typedef {object} LeakFollowed
 * @property {string} route
 * @property {number} truth bytes per request
 * @property {Mark | null} growing first named, as `growing` or more
 * @property {Mark | null} leaking
 * @property {string} verdict at the end
 * @property {number | null} bytesPerUnit at the end
 * @property {[number, number] | null} ci95
 * @property {number | null} minDetectableBytes the smallest leak on this route that the run could have seen
 */

/**
 * One run as plain JSON.
 *
 * @typedef {object} FollowedCase
 * @property {string} name
 * @property {'leak' | 'clean'} expect
 * @property {number} units
 * @property {number} seconds
 * @property {number} majorGcs natural ones: nothing forces any
 * @property {LeakFollowed[]} leaks
 * @property {string[]} watch routes of a healthy case that do grow for a while
 * @property {Record<string, import('../../test/corpus/run-history.mjs').FirstSeen<Mark>>} accused every scope that was ever
 *   `growing` or `leaking`, `(unattributed)` included
 * @property {Record<'around' | 'sinceLast', ReturnType<NaiveHistory<Mark>['toJSON']>> | null} naive
 * @property {string[]} problems what the corpus's judge forbids: a false `leaking`, a broken app
 * @property {string[]} notes
 * @property {(Mark & { event: import('../../test/corpus/server-process.mjs').GuardEvent } & ReturnType<typeof whatWasSaid>)[]} events
 *   of the guard, in order, verdicts that were taken back (`cleared`) among them
 */

/**
 * Runs one case at level `auto`, with the naive rules in the same process, under its own mix, until every leak of it is
 * `leaking` or a bound is reached.
 *
 * @param {string} name
 * @param {FollowOptions} options
 * @returns {Promise<FollowedCase>}
 */
export async function followCase(name, { nodeFlags, alone, ...traffic }) {
  const spec = loadCase(name);
  await installCasePackages();
  /** @type {RunHistory<Mark>} */
  const history = new RunHistory();
  const naive = naiveHistories();
  /** @type {FollowedCase['events']} */
  const events = [];
  /** @type {import('../../test/corpus/load.mjs').Load | undefined} */
  let load;
  let started = performance.now();
  const now = () => ({ units: load?.done() ?? 0, seconds: (performance.now() - started) / 1000 });
  const server = await startServer(name, {
    guard: guardModuleOf(spec),
    level: 'auto',
    rival: alone ? null : RIVAL,
    nodeFlags,
    onEvent: (event, report) => {
      if (event !== 'cleared') history.note(report.scope, event === 'leak' ? 'leaking' : 'growing', now());
      events.push({ ...now(), event, ...whatWasSaid(report) });
    },
  });
  try {
    started = performance.now();
    load = startLoad(spec.load, { port: server.port, ...traffic });
    let goesOn = true;
    let report;
    do {
      goesOn = await load.reached(load.done() + LOOK_EVERY_UNITS).then(
        () => true,
        () => false,
      );
      report = await server.ask('report');
      history.noteReport(report, now());
      if (!alone) look(naive, await server.ask('rival'), now());
    } while (goesOn && !allLeaking(spec, history.toJSON()));
    const end = now();
    await load.stop();
    await server.stop();
    const run = { errors: load.errors(), failures: [...load.messages, ...server.failures] };
    return {
      ...followed(spec, { ...end, ...run, report, accused: history.toJSON(), naive: alone ? null : naive }),
      events,
    };
  } finally {
    await load?.stop();
    await server.stop();
  }
}

/** @returns {{ around: NaiveHistory<Mark>, sinceLast: NaiveHistory<Mark> }} */
function naiveHistories() {
  return { around: new NaiveHistory(), sinceLast: new NaiveHistory() };
}

/**
 * @param {ReturnType<typeof naiveHistories>} naive
 * @param {Record<'around' | 'sinceLast', import('./naive-rule.mjs').RouteAverage[]>} averages
 * @param {Mark} mark
 */
function look(naive, averages, mark) {
  naive.around.look(averages.around, mark);
  naive.sinceLast.look(averages.sinceLast, mark);
}

/** What a wrong accusation is looked into by. @param {import('@leakguard/core').ScopeReport} report */
function whatWasSaid({ scope, units, bytesPerUnit, ci95, totalBytes, signal, channels, candidates }) {
  return { scope, scopeUnits: units, bytesPerUnit, ci95, totalBytes, signal, channels, candidates };
}

/** @param {import('../../test/corpus/cases.mjs').CorpusCase} spec @param {FollowedCase['accused']} accused */
function allLeaking({ leaks = [] }, accused) {
  return leaks.length > 0 && leaks.every(({ scope }) => accused[scope]?.leaking != null);
}

/**
 * @param {import('../../test/corpus/cases.mjs').CorpusCase} spec
 * @param {Mark & { errors: number, failures: string[], report: import('@leakguard/core').GrowthReport,
 *   accused: FollowedCase['accused'], naive: ReturnType<typeof naiveHistories> | null }} run
 * @returns {Omit<FollowedCase, 'events'>}
 */
function followed(spec, { units, seconds, errors, failures, report, accused, naive }) {
  const { problems, notes } = falseAccusations(spec, inUnits(accused));
  return {
    name: spec.name,
    expect: spec.expect,
    units,
    seconds,
    majorGcs: report.evidence.majorGcs,
    leaks: (spec.leaks ?? []).map((leak) => leakFollowed(leak, report, accused)),
    watch: spec.watch ?? [],
    accused,
    naive: naive && { around: naive.around.toJSON(), sinceLast: naive.sinceLast.toJSON() },
    problems: [...brokenHost({ errors, failures }), ...problems],
    notes,
  };
}

/**
 * @param {import('../../test/corpus/cases.mjs').Leak} leak
 * @param {import('@leakguard/core').GrowthReport} report
 * @param {FollowedCase['accused']} accused
 * @returns {LeakFollowed}
 */
function leakFollowed({ scope: route, bytesPerRequest: truth }, report, accused) {
  const seen = accused[route];
  const scope = report.scopes.find((each) => each.scope === route);
  return {
    route,
    truth,
    growing: seen?.growing ?? seen?.leaking ?? null,
    leaking: seen?.leaking ?? null,
    verdict: scope?.verdict ?? 'warming-up',
    bytesPerUnit: scope?.bytesPerUnit ?? null,
    ci95: scope?.ci95 ?? null,
    minDetectableBytes: scope?.minDetectableBytes ?? null,
  };
}

/** @param {FollowedCase['accused']} accused @returns {import('../../test/corpus/judge.mjs').JudgedRun['firstSeen']} */
function inUnits(accused) {
  return Object.fromEntries(
    Object.entries(accused).map(([scope, { growing, leaking }]) => [
      scope,
      { growing: growing?.units ?? null, leaking: leaking?.units ?? null },
    ]),
  );
}

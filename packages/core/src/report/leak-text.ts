import { STORE_BENEFIT_UNITS } from '../decide/thresholds.ts';
import { FLOORS_OF_SLOPE } from '../measure/floor-slope.ts';
import { OTHER_SCOPE } from '../measure/ledger.ts';
import type { GrowthReport, ScopeReport, UnattributedReport } from '../types.ts';
import { formatCollections, formatCounters } from './collection-text.ts';
import { carriesForecast, formatForecast, unattributedCarriesForecast } from './forecast-text.ts';
import { formatLimits, isJudgedInIsolates } from './limits-text.ts';
import { formatByteRange, formatBytes, formatP, formatProbability, formatSince } from './quantities.ts';
import { siteLines } from './site-text.ts';

const LABEL = 15;
/** A rise of the floor worth a word; natural floors scatter by 0.4 to 2 MB. */
const RISE_BYTES = 5 * 2 ** 20;
const RISE_SHARE = 0.1;
/** From this probability on a name stands by itself. */
const SURE = 0.9;

/** Isolates that are recycled sooner never show more. */
const STORE_IN_ISOLATES = `a bounded store that every isolate fills again; leaking takes ${STORE_BENEFIT_UNITS} jobs of it in the life of one isolate`;

/**
 * The report as a person reads it: every scope that is growing or leaking, worst first, then growth that follows no
 * scope, then tracked collections and counters that grow, then what is still missing for a verdict. Made from the report alone, so a stored report reads the same.
 *
 * @example
 * console.log(formatReport(guard.report()));
 */
export function formatReport(report: GrowthReport): string {
  const blocks = [
    ...report.scopes.filter(isGrowing).map((scope) => formatScope(scope, report)),
    ...(report.unattributed === null ? [] : [formatUnattributed(report.unattributed, report)]),
    // A report that was stored by an earlier version has neither collections nor counters.
    ...formatCollections(report.collections ?? []),
  ];
  if (blocks.length === 0) blocks.push(isOff(report) ? 'OFF  nothing is measured' : formatQuiet(report));
  const below = [formatCounters(report.counters ?? []), formatLimits(report)];
  return [...blocks, ...below.filter((text) => text !== '')].join('\n\n');
}

/** One line: verdict, scope and rate, for a log's message. */
export function formatHeadline(scope: ScopeReport): string {
  return `${scope.verdict.toUpperCase()}  ${scope.scope}  ${rate(scope)}${doubt(scope)}`;
}

/**
 * A name that is not nearly certain never goes without its probability: the interval holds only if the name does. The floors say
 * how probable it is, and where they say nothing, survivors do, whose name may rest on a sample or two.
 */
function doubt({ evidence }: ScopeReport): string {
  const by = (channel: string): ScopeReport['evidence'][number] | undefined =>
    evidence.find((item) => item.channel === channel);
  const [floors, sites] = [by('floors'), by('sites')];
  const posterior = floors?.posterior ?? sites?.posterior;
  if (posterior === undefined) return '';
  const hint = floors === undefined && sites?.posterior !== undefined ? ', a hint' : '';
  return posterior >= SURE && hint === ''
    ? ''
    : ` if it is this one (${formatProbability(posterior)}${hint})`;
}

/** One scope as the contract's leak text: only the lines that something is known for. */
export function formatScope(scope: ScopeReport, report: GrowthReport): string {
  const first = [formatHeadline(scope), total(scope, report), hourly(scope)]
    .filter((part) => part !== '')
    .join('   ');
  const lines = [
    first,
    carriesForecast(scope, report) ? formatForecast(report) : '',
    ...siteLines(scope.site).map(([label, text]) => labelled(label, text)),
    labelled('seen by', scope.evidence.map((item) => seenBy(item, scope)).join(', ')),
    labelled(
      'stands for',
      scope.scope === OTHER_SCOPE ? 'scopes beyond maxScopes; raise it to see which' : '',
    ),
    labelled('could also be', candidates(scope.candidates)),
    labelled('could also fit', store(scope)),
    labelled('cannot see', blindSpot(scope)),
    labelled('fingerprint', scope.fingerprint ?? ''),
    labelled('next', nextCommand(report)),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** A guard that never saw a GC and has no channel is disabled: silence without this word would read as a result. */
function isOff({ evidence }: GrowthReport): boolean {
  const missing = new Set(evidence.unavailable.map(({ channel }) => channel));
  return evidence.majorGcs === 0 && missing.has('floors') && missing.has('survivors');
}

/** Where nothing samples what is allocated there is nothing to ask for. */
function nextCommand({ pid, evidence }: GrowthReport): string {
  if (evidence.unavailable.some(({ channel }) => channel === 'sites')) return '';
  return `npx leakguard snapshot ${pid} --wait 60s    which functions allocate what stays`;
}

function isGrowing(scope: ScopeReport): boolean {
  return scope.verdict === 'growing' || scope.verdict === 'leaking';
}

function labelled(label: string, text: string): string {
  return text === '' ? '' : `  ${label.padEnd(LABEL)}${text}`;
}

function unit(scope: ScopeReport): string {
  return scope.kind === 'job' ? 'job' : 'request';
}

function rate(scope: ScopeReport): string {
  if (scope.bytesPerUnit === null || scope.ci95 === null) return `finished ${unit(scope)} objects are kept`;
  const where =
    scope.signal === 'arrayBuffers' ? ' of Buffers' : scope.signal === 'external' ? ' off the heap' : '';
  return `${formatBytes(scope.bytesPerUnit)}${where} per ${unit(scope)} (95 %: ${formatByteRange(scope.ci95)})`;
}

function total(scope: ScopeReport, report: GrowthReport): string {
  if (scope.totalBytes === null) return '';
  const since =
    scope.since === null ? '' : `, ${scope.verdict} since ${formatSince(scope.since, report.time)}`;
  return `${formatBytes(scope.totalBytes)} so far${since}`;
}

function hourly(scope: ScopeReport): string {
  if (scope.bytesPerHour === null) return '';
  return `${formatBytes(scope.bytesPerHour)} per hour at ${scope.unitsPerSecond.toFixed(1)} ${unit(scope)}s/s`;
}

function seenBy(item: ScopeReport['evidence'][number], scope: ScopeReport): string {
  if (item.channel === 'survivors') {
    const sampled = scope.survivors === null ? '' : ` of ${scope.survivors.sampled} sampled`;
    return `survivors (${scope.survivors?.alive ?? item.samples}${sampled} ${unit(scope)} objects still alive)`;
  }
  if (item.channel === 'sites')
    return `sites (${item.samples} samples came of age and stayed, ${formatP(item.p ?? 1)}; ${item.note})`;
  const posterior =
    item.posterior === undefined ? '' : ` (${formatProbability(item.posterior)} this one; ${item.note})`;
  return `${item.channel}${posterior}`;
}

function candidates(list: readonly { scope: string; probability: number }[]): string {
  const shown = list
    .slice(0, 5)
    .map(({ scope, probability }) => `${scope} (${formatProbability(probability)})`);
  const rest = list.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function store(scope: ScopeReport): string {
  if (scope.verdict !== 'growing') return '';
  return scope.evidence.some(({ isolates }) => isolates !== undefined)
    ? STORE_IN_ISOLATES
    : 'a bounded store that is still filling; growing becomes leaking when the growth outlasts that';
}

function blindSpot(scope: ScopeReport): string {
  if (scope.minDetectableBytes === null) return '';
  return `leaks below ${formatBytes(scope.minDetectableBytes)} per ${unit(scope)} here`;
}

/** Growth that follows no scope, as a person reads it. */
export function formatUnattributed(growth: UnattributedReport, report: GrowthReport): string {
  const isUndecided = growth.source === 'undecided';
  const isInIsolates = growth.isolates !== undefined;
  const lines = [
    `${growth.verdict.toUpperCase()}  ${isUndecided ? undecided(growth) : unattributedName(growth)}`,
    unattributedCarriesForecast(report) ? formatForecast(report) : '',
    ...siteLines(growth.site).map(([label, text]) => labelled(label, text)),
    labelled('seen by', unattributedEvidence(growth)),
    labelled('could also be', isUndecided ? '' : candidates(growth.candidates)),
    labelled('could also fit', isInIsolates && growth.verdict === 'growing' ? STORE_IN_ISOLATES : ''),
    labelled('next', isInIsolates ? '' : nextCommand(report)),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function unattributedName({ source, isolates, bytesPerHour, bytesPerUnit }: UnattributedReport): string {
  if (source === 'background')
    return `(background)  ${bytesPerHour === null ? '' : `${formatBytes(bytesPerHour)} per hour, `}with or without traffic`;
  const [name, units] =
    isolates === undefined
      ? ['every request', 'request, whatever the route: look at middleware']
      : ['every job', 'job, whatever its name'];
  return `(${name})  ${bytesPerUnit === null ? '' : formatBytes(bytesPerUnit)} per ${units}`;
}

/** 'undecided between GET /a (35 %), (background) (14 %)   12 MB so far'. */
function undecided({ candidates: list, totalBytes }: UnattributedReport): string {
  const who = list.length === 0 ? 'undecided who' : `undecided between ${candidates(list)}`;
  return totalBytes === null ? who : `${who}   ${formatBytes(totalBytes)} so far`;
}

function unattributedEvidence({
  evidence,
  source,
  probability,
  isolates,
  signal,
}: UnattributedReport): string {
  // A report that was stored by an earlier version has no evidence here.
  const items = evidence ?? [{ channel: 'floors' as const }];
  const where = `${isolates === undefined ? '' : `in ${isolates} isolates, `}${signal}`;
  const sure = source === 'undecided' ? '' : `${formatProbability(probability)} this one; `;
  return items
    .map((item) =>
      item.channel === 'sites'
        ? `sites (${item.samples} samples came of age and stayed, ${formatP(item.p ?? 1)})`
        : `${item.channel} (${sure}${where})`,
    )
    .join(', ');
}

function formatQuiet(report: GrowthReport): string {
  const isOfIsolates = isJudgedInIsolates(report);
  if (report.evidence.majorGcsNeeded > 0 && !isOfIsolates) return 'WARMING UP  no verdict yet';
  const blind = report.scopes.filter((scope) => scope.minDetectableBytes !== null).slice(0, 5);
  const lines = blind.map((scope) =>
    labelled(
      'cannot see',
      `leaks below ${formatBytes(scope.minDetectableBytes!)} per ${unit(scope)} on ${scope.scope}`,
    ),
  );
  const headline = isRising(report)
    ? `UNDECIDED  live memory rises by ${formatBytes(report.memory.floorSlopeBytesPerHour!)} per hour, and nothing is sure enough to be named`
    : `STABLE  nothing grows${isOfIsolates ? ' in isolates' : ''}`;
  const site = isRising(report) ? siteLines(report.site).map(([label, text]) => labelled(label, text)) : [];
  return [headline, ...site, ...lines].join('\n');
}

/**
 * Whether the last floors rose by more than their noise: warm-up, a store that fills or a leak too small for its name to be
 * told. "Nothing grows" would be untrue of each.
 */
function isRising({ memory, evidence }: GrowthReport): boolean {
  const { floorSlopeBytesPerHour: slope, floorBytes } = memory;
  if (slope === null || floorBytes === null || evidence.majorGcIntervalMs === null) return false;
  const hours = ((FLOORS_OF_SLOPE - 1) * evidence.majorGcIntervalMs) / 3_600_000;
  return slope * hours >= Math.max(RISE_BYTES, RISE_SHARE * floorBytes);
}

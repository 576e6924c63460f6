import type { Frame, SiteReport } from '../site-types.ts';
import { formatProbability } from './quantities.ts';
import { isNative } from './stack-groups.ts';

/** Guesses shown; the report has all. */
const SHOWN_LINES = 2;
/** Scopes shown that a middleware runs for. */
const SHOWN_SCOPES = 3;
/** With fewer samples a function is a hint. */
const MIN_SAMPLES = 5;

/** Who allocated what stayed, as lines of a label and a text; none where nobody knows, as in reports of before. */
export function siteLines(site: SiteReport | null | undefined): [label: string, text: string][] {
  if (site == null) return [];
  if (site.kind === 'requests')
    return [['allocated in', `Node and the framework: requests themselves are kept  (${shareText(site)})`]];
  const { entry, allocating, handler, kind } = site;
  const isOne = isSame(entry, allocating);
  const lines: [string, string][] = [
    [
      'allocated in',
      `${frameText(allocating)}  (${kind === 'middleware' ? 'in a middleware' : 'function'}; ${shareText(site)})`,
    ],
  ];
  for (const { line, text, container } of site.lines.slice(0, SHOWN_LINES))
    lines.push(['', `perhaps line ${line}: ${text}${container === null ? '' : `, ${container}`}`]);
  if (!isOne) lines.push(['entered by', frameText(entry)]);
  if (handler !== null && !isSame(handler, allocating) && !isSame(handler, entry))
    lines.push([kind === 'middleware' ? 'middleware' : 'called from', frameText(handler)]);
  if (site.runsFor) lines.push(['runs for', runsForText(site.runsFor)]);
  return lines;
}

/** 'GET /a, POST /b, GET /c and 5 more', or 'every route'. */
function runsForText({ every, scopes, more }: NonNullable<SiteReport['runsFor']>): string {
  if (every) return 'every route';
  const rest = Math.max(0, scopes.length - SHOWN_SCOPES) + more;
  return `${scopes.slice(0, SHOWN_SCOPES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** `loadUser  src/users.ts:41`, `set  (native)`; with the package before the file of one. */
function frameText(frame: Frame): string {
  const { function: name, file, line, package: from } = frame;
  if (isNative(frame)) return `${name}  (native)`;
  return `${name}  ${from === undefined ? '' : `${from} `}${shortFile(file)}:${line}`;
}

/** Below `node_modules` the package says the rest. */
function shortFile(file: string): string {
  return /(?:^|.*\/)node_modules\/(?:@[^/]+\/)?[^/]+\/(.*)$/.exec(file)?.[1] ?? file;
}

function shareText({ share, samples }: SiteReport): string {
  const of = `${formatProbability(share)} of what stayed`;
  return samples < MIN_SAMPLES ? `${of}; a hint: ${samples} ${samples === 1 ? 'sample' : 'samples'}` : of;
}

function isSame(a: Frame, b: Frame): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

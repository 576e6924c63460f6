import { type Judgement, judge, kilobytes, type Verdicts, verdictText } from 'demo-kit';
import type { Executions } from './executions.ts';

/** What came of one of the two. */
export interface VariantResult {
  name: string;
  added: number;
  failed: number;
  recycled: number;
  executions: Executions;
  report: Verdicts;
  everLeaking: ReadonlySet<string>;
  /** Memory of its process tree towards the end of the load, bytes; null where the system does not tell. */
  rssBytes: number | null;
}

/** Both results, and how often the one must have recycled at least. */
export interface Results {
  off: VariantResult;
  on: VariantResult;
  planted: readonly string[];
  leastRecycled: number;
}

/** The judgement in lines. */
export interface JobsJudgement {
  passed: boolean;
  lines: string[];
}

/**
 * RSS is what the system says of whole process trees, with other load beside it: it is printed, and fails the demo only
 * where it is the wrong way round by more than this.
 */
const RSS_TOLERANCE = 1.1;

/** Compares what both did with what they should have done. */
export function judgeJobs({ off, on, planted, leastRecycled }: Results): JobsJudgement {
  const checks = [
    ...[off, on].flatMap((result) => [named(result, planted), executed(result)]),
    recycling(on, leastRecycled),
    memory(off, on),
  ];
  return { passed: checks.every(({ passed }) => passed), lines: checks.flatMap(({ lines }) => lines) };
}

function named({ name, report, everLeaking }: VariantResult, planted: readonly string[]): JobsJudgement {
  const judgement: Judgement = judge(report, planted, everLeaking);
  return { passed: judgement.passed, lines: [`  ${name}`, indented(verdictText(judgement))] };
}

function executed({ added, failed, executions: { lost, doubled } }: VariantResult): JobsJudgement {
  const passed = failed === 0 && lost.length === 0 && doubled.length === 0;
  const ids = [...lost, ...doubled].slice(0, 10).join(', ');
  const text = `${added} jobs: ${lost.length} lost, ${doubled.length} done twice, ${failed} failed`;
  return { passed, lines: [`    ${text}${ids === '' ? '' : ` (${ids})`}`] };
}

function recycling({ recycled }: VariantResult, least: number): JobsJudgement {
  const passed = recycled >= least;
  return {
    passed,
    lines: [`    ${recycled} child processes recycled${passed ? '' : `, NOT at least ${least}`}`],
  };
}

function memory(off: VariantResult, on: VariantResult): JobsJudgement {
  if (off.rssBytes === null || on.rssBytes === null) return { passed: true, lines: [] };
  const passed = on.rssBytes < off.rssBytes * RSS_TOLERANCE;
  const text = `  memory at the end: ${kilobytes(off.rssBytes)} without recycling, ${kilobytes(on.rssBytes)} with it`;
  return { passed, lines: [`${text}${passed ? '' : ', NOT less'}`] };
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

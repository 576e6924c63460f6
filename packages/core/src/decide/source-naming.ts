import type { Candidate } from '../attribute/credible-set.ts';
import type { RowHistory } from '../attribute/row-history.ts';
import { EVIDENCE_THRESHOLD, type SourceAnalysis } from '../attribute/single-source.ts';

/** Another source takes the name only when it explains growth better by this Bayes factor: names must not flap. */
const RENAME_EVIDENCE: number = Math.log(20);

/** Or when it is as probable as this. */
const SURE = 0.8;

/** A first name needs this probability, or evidence beyond doubt that something grows, whoever it is. */
const NAMED_PROBABILITY = 0.4;
const BEYOND_DOUBT: number = 2 * EVIDENCE_THRESHOLD;

/**
 * A source that did something in fewer rows than this is not named: a few coincidences with what else happens in a process
 * are likely for one of hundreds of sources, and the model of the noise does not know them.
 */
const MIN_ACTIVE_ROWS = 5;

/** The source that growth is named by for the first time, null while that is too unsure. */
export function firstName(analysis: SourceAnalysis, history: RowHistory): number | null {
  const { growthEvidence } = analysis;
  const top = likeliest(analysis);
  if (top === undefined) return null;
  if (top.probability < NAMED_PROBABILITY && growthEvidence <= BEYOND_DOUBT) return null;
  return isSupported(top.source, history) ? top.source : null;
}

/** The source that growth is named by when it was named by `known` so far. */
export function nameNow(analysis: SourceAnalysis, known: number, history: RowHistory): number {
  const { namingEvidence } = analysis;
  const top = likeliest(analysis);
  if (top === undefined || top.source === known) return known;
  const lead = namingEvidence[top.source]! - (namingEvidence[known] ?? Number.NEGATIVE_INFINITY);
  const isAhead = lead > RENAME_EVIDENCE || top.probability >= SURE;
  return isAhead && isSupported(top.source, history) ? top.source : known;
}

/** Of those that the floors can size: sites may point at a source along which the signal seems to fall. */
function likeliest({ credible, sourceEvidence }: SourceAnalysis): Candidate | undefined {
  return credible.find(({ source }) => sourceEvidence[source]! > Number.NEGATIVE_INFINITY);
}

function isSupported(source: number, history: RowHistory): boolean {
  return history.activeRows(source) >= MIN_ACTIVE_ROWS;
}

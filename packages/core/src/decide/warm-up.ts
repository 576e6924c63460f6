import type { RowModel } from '../attribute/saturation.ts';
import { EVIDENCE_THRESHOLD, type SourceAnalysis } from '../attribute/single-source.ts';

/** A line in a source must beat every warm-up by this Bayes factor before its name is said. */
const BEYOND_WARM_UP: number = Math.log(20);

/** Each takes a degree of freedom. */
const MAX_NUISANCES = 12;

/** Whether what grew is warming up in each isolate rather than leaking: then nobody is named. */
export function isWarmUp({ warmUp, sourceEvidence }: SourceAnalysis, top: number): boolean {
  return warmUp !== null && sourceEvidence[top]! <= warmUp.evidence + BEYOND_WARM_UP;
}

/** The model in which a warm-up beyond doubt is known from now on; null where it is not beyond doubt. */
export function knowingWarmUp(
  model: RowModel,
  { warmUp, sourceEvidence }: SourceAnalysis,
  top: number,
): RowModel | null {
  if (warmUp === null || model.nuisances.length >= MAX_NUISANCES) return null;
  if (warmUp.evidence <= Math.max(EVIDENCE_THRESHOLD, sourceEvidence[top]!)) return null;
  const { source, curve } = warmUp;
  return { ...model, nuisances: [...model.nuisances, { source, curve }] };
}

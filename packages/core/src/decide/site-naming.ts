import { type Candidate, credibleSet } from '../attribute/credible-set.ts';
import { handlerLikelihood } from '../attribute/handler-likelihood.ts';
import type { NamingSamples } from '../attribute/place-model.ts';
import type { SurvivalJudgement } from '../attribute/survival-judgement.ts';
import type { SiteEvidence } from './growth-search.ts';

const CREDIBLE_MASS = 0.95;

/** What the latest read says of who it is, for the floors' naming: computed once per set of known sources. */
export function siteEvidence(judgement: SurvivalJudgement, sources: number): SiteEvidence {
  const samples = namingSamples(judgement);
  const known = new Map<string, Float64Array>();
  return (sourcesKnown) => {
    const key = [...sourcesKnown].sort((a, b) => a - b).join();
    const evidence =
      known.get(key) ??
      (samples.gained.length === 0
        ? new Float64Array(sources)
        : handlerLikelihood(samples, sources, sourcesKnown));
    known.set(key, evidence);
    return evidence;
  };
}

/** Who it is by sites alone, where the floors say nothing: most probable first. */
export function siteCandidates(evidence: Float64Array): Candidate[] {
  return credibleSet(evidence, CREDIBLE_MASS);
}

function namingSamples({ gained, died, all, unitsOf }: SurvivalJudgement): NamingSamples {
  return { gained, died, dispersion: all.dispersion, unitsOf };
}

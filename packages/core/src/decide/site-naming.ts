import { type Candidate, credibleSet } from '../attribute/credible-set.ts';
import { handlerLikelihood, likelihoodSteps } from '../attribute/handler-likelihood.ts';
import type { NamingSamples } from '../attribute/place-model.ts';
import { ofGrowingSites, type SurvivalJudgement } from '../attribute/survival-judgement.ts';
import type { SiteEvidence } from './growth-search.ts';

const CREDIBLE_MASS = 0.95;

/**
 * What the latest read says of who it is, for the floors' naming: computed once per set of known sources.
 *
 * @param withoutKnown what it says where no source is known, if that was computed already
 */
export function siteEvidence(
  judgement: SurvivalJudgement,
  sources: number,
  withoutKnown: Float64Array | null = null,
): SiteEvidence {
  const samples = namingSamples(judgement);
  const known = new Map<string, Float64Array>();
  if (withoutKnown !== null) known.set('', withoutKnown);
  return (sourcesKnown) => {
    const key = [...sourcesKnown].sort((a, b) => a - b).join();
    const evidence = known.get(key) ?? handlerLikelihood(samples, sources, sourcesKnown);
    known.set(key, evidence);
    return evidence;
  };
}

/** The same in steps, after which the question that every report asks is answered. */
export function* siteEvidenceSteps(
  judgement: SurvivalJudgement,
  sources: number,
): Generator<void, SiteEvidence> {
  return siteEvidence(judgement, sources, yield* likelihoodSteps(namingSamples(judgement), sources, []));
}

/** Who it is by sites alone, where the floors say nothing: most probable first. */
export function siteCandidates(evidence: Float64Array): Candidate[] {
  return credibleSet(evidence, CREDIBLE_MASS);
}

function namingSamples({ gained, died, all, sites, unitsOf }: SurvivalJudgement): NamingSamples {
  return {
    gained: ofGrowingSites(gained, sites),
    died: ofGrowingSites(died, sites),
    ...{ dispersion: all.dispersion, unitsOf },
  };
}

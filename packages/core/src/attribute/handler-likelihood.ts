import { FIRST_SCOPE } from '../measure/floor.ts';
import { logSumExp } from './credible-set.ts';
import { type NamingSamples, PlaceModel } from './place-model.ts';

/** Probability that the model itself is wrong (a call graph that misleads, a handler that another one calls); then no source is favoured. */
const WRONG_MODEL = 0.01;

/**
 * Log-likelihood of where the gained samples were allocated, per source, given that this source is the one that leaks: below
 * its own handler, in a set of scopes that holds it, or with no scope on the stack, in shares that nobody knows
 * beforehand (averaged over Beta priors), beside innocent samples, which lie where the ones lay that died. To be added to the
 * evidence of the floors. Normalised, and mixed with "the model is wrong", so that no source is lost for ever.
 *
 * It says nothing of whether anything leaks.
 *
 * @param sources how many there are, `FIRST_SCOPE` + slots
 * @param known sources whose growth is known: their samples are left out
 */
export function handlerLikelihood(
  samples: NamingSamples,
  sources: number,
  known: readonly number[] = [],
): Float64Array {
  const steps = likelihoodSteps(samples, sources, known);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same, one source per step: of hundreds all together take longer than a program may be stopped. */
export function* likelihoodSteps(
  samples: NamingSamples,
  sources: number,
  known: readonly number[],
): Generator<void, Float64Array> {
  const places = new PlaceModel(samples, sources - FIRST_SCOPE, known);
  const likelihood = new Float64Array(sources);
  // Scopes without a sample of their own differ in nothing.
  let without: number | null = null;
  for (let source = 0; source < sources; source++) {
    yield;
    const slot = source - FIRST_SCOPE;
    if (slot < 0 || places.isMarked(slot)) likelihood[source] = places.logLikelihood(source);
    else {
      without ??= places.logLikelihood(source);
      likelihood[source] = without;
    }
    if (slot >= 0 && !(samples.unitsOf(slot) > 0)) likelihood[source] = Number.NEGATIVE_INFINITY;
  }
  return withDoubt(likelihood);
}

function withDoubt(logLikelihood: Float64Array): Float64Array {
  const total = logSumExp(logLikelihood);
  if (!Number.isFinite(total)) return new Float64Array(logLikelihood.length);
  const doubt = WRONG_MODEL / logLikelihood.length;
  return logLikelihood.map((value) => Math.log((1 - WRONG_MODEL) * Math.exp(value - total) + doubt));
}

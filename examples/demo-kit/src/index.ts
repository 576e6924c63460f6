export { answerParent } from './answer-parent.ts';
export { AskedProcess, type AskedProcessOptions } from './asked-process.ts';
export { isPeriodic, isRecycle, readableLine } from './guard-line.ts';
export { isNamed, type Judgement, judge, leakingScopes, type Verdicts, verdictText } from './judge.ts';
export {
  judgeSites,
  type NamedSites,
  type PlantedPlace,
  type SiteJudgement,
  sitesText,
} from './judge-sites.ts';
export type { Answers } from './messages.ts';
export { runAsDemo } from './run-as-demo.ts';
export { openScreen, type Screen } from './screen.ts';
export { kilobytes } from './sizes.ts';
export { type Random, seededRandom, upTo, varyingMix, type Weighted } from './varying-mix.ts';

import { IsolateChannel } from '../../src/decide/isolate-channel.ts';
import { type GrowthThresholds, growthThresholds } from '../../src/decide/thresholds.ts';
import { FIRST_SCOPE } from '../../src/measure/floor.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';

/** What one name does to the isolate that runs it. */
interface SimulatedName {
  /** Of all jobs. */
  share: number;
  /** Bytes per job, for ever. */
  leak?: number;
  /** Bytes that its first job in an isolate loads (modules, tables). */
  firstUse?: number;
  /** A bounded cache: bytes per entry and entries; empty in every isolate. */
  store?: { bytes: number; entries: number };
}

export interface Simulation {
  seed: number;
  names: readonly SimulatedName[];
  /** Isolates at a time. */
  isolates: number;
  /** Jobs of all isolates. */
  jobs: number;
  /** Jobs after which an isolate is recycled. */
  life: number;
  /** Ages of forced floors; one always comes when an isolate retires. @default what a roomy budget gives */
  agesOf?: (life: number) => number[];
  /** Bytes that an isolate of this age has gained by itself. */
  warmUp?: (age: number) => number;
  /** Bytes, standard deviations: of one floor, and of what stays for good per square root of a job. */
  noise?: { floor: number; perJob: number };
  /** How often a floor counts what is not alive, and up to how much: as of the lower of two forced GCs on Node 20. */
  litter?: { share: number; bytes: number };
  /** How much the mix of names changes from batch to batch of 30 jobs; 0: never. */
  mix?: number;
  thresholds?: GrowthThresholds;
}

export const PROVE: GrowthThresholds = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 32,
  prove: true,
});

/** Floors between two looks at what is said, which cost as much as the floors. */
const LOOK_EVERY = 10;

/** A row at 5 jobs, then ever wider apart, as the meter asks for them. */
function roomyAges(life: number): number[] {
  const ages = [];
  for (let age = 5; age < life; age = Math.max(age + 20, Math.round(age * 1.25))) ages.push(age);
  return ages;
}

class Isolate {
  readonly counts: number[];
  age = 0;
  #walk = 0;
  readonly ages: Set<number>;
  readonly life: number;
  readonly simulation: Simulation;
  constructor(simulation: Simulation, life: number) {
    this.simulation = simulation;
    this.life = life;
    this.counts = simulation.names.map(() => 0);
    this.ages = new Set((simulation.agesOf ?? roomyAges)(life));
  }

  run(name: number, random: () => number): void {
    this.age += 1;
    this.counts[name]! += 1;
    this.#walk += (this.simulation.noise?.perJob ?? 300) * normal(random);
  }

  floor(random: () => number): number {
    const { names, warmUp = () => 0, noise, litter = { share: 0.02, bytes: 240_000 } } = this.simulation;
    let bytes = 8e6 + warmUp(this.age) + this.#walk + (noise?.floor ?? 2000) * normal(random);
    if (random() < litter.share) bytes += litter.bytes * random();
    for (const [k, { leak = 0, firstUse = 0, store }] of names.entries()) {
      const n = this.counts[k]!;
      bytes += leak * n + (n > 0 ? firstUse : 0);
      if (store !== undefined) bytes += store.bytes * Math.min(n, store.entries);
    }
    return bytes;
  }
}

export interface Simulated {
  channel: IsolateChannel;
  /** Every verdict that a name (by index) or, at -1, growth without one ever had. */
  said: Map<number, Set<string>>;
  jobsAtNamed: Map<number, number>;
}

/** Runs jobs in isolates that are recycled, and gives what the channel said of their floors. */
export function simulate(simulation: Simulation): Simulated {
  const { names, isolates, jobs, life, mix = 0.7, thresholds = PROVE } = simulation;
  const random = seededRandom(simulation.seed);
  const channel = new IsolateChannel(thresholds);
  const said = new Map<number, Set<string>>();
  const jobsAtNamed = new Map<number, number>();
  // First limits are staggered, as a pool's are.
  const open = Array.from({ length: isolates }, (_, k) =>
    fresh(Math.round(life * (0.5 + k / (2 * isolates)))),
  );
  function fresh(limit: number) {
    return { isolate: new Isolate(simulation, limit), series: channel.open() };
  }
  let reports = 0;
  let weights = shares(names, mix, random);
  const report = (at: number, job: number): void => {
    const { isolate, series } = open[at]!;
    const value = isolate.floor(random);
    const reading = {
      timeMs: job * 10,
      heapBytes: value,
      oldSpaceBytes: value * 0.9,
      externalBytes: 1e6,
      arrayBuffersBytes: 0,
      forced: true,
      pauseMs: 5,
    };
    const counts = isolate.counts.map((n, k) => [String(k), n] as const).filter(([, n]) => n > 0);
    channel.push(
      series,
      { reading, counts },
      { sourceOf: (name) => FIRST_SCOPE + Number(name), timeMs: job * 10 },
    );
    reports += 1;
    if (reports % LOOK_EVERY === 0) look(job);
  };
  const look = (job: number): void => {
    for (const { source, verdict } of channel.growths()) {
      const name = Math.max(-1, source - FIRST_SCOPE);
      if (!said.has(name)) said.set(name, new Set());
      said.get(name)!.add(verdict);
      if (!jobsAtNamed.has(name)) jobsAtNamed.set(name, job);
    }
  };
  for (let job = 0; job < jobs; job++) {
    if (job % 30 === 0) weights = shares(names, mix, random);
    const at = Math.floor(random() * isolates);
    const { isolate, series } = open[at]!;
    isolate.run(draw(weights, random), random);
    if (isolate.age >= isolate.life) {
      report(at, job);
      channel.close(series, job * 10);
      open[at] = fresh(life);
    } else if (isolate.ages.has(isolate.age)) report(at, job);
  }
  look(jobs);
  return { channel, said, jobsAtNamed };
}

function shares(names: readonly SimulatedName[], mix: number, random: () => number): number[] {
  const weights = names.map(({ share }) => share * Math.exp(mix * normal(random)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function draw(weights: readonly number[], random: () => number): number {
  let left = random();
  for (const [k, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return k;
  }
  return weights.length - 1;
}

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface GeneratedRow {
  value: number;
  sources: Float64Array;
  inFlight: number;
  totalUnits: number;
}

/** Rows of a small server: `sources` routes of changing popularity, in-flight requests of 9 KB, and the growth asked for. */
export function generatedRows(options: {
  seed: number;
  rows: number;
  sources?: number;
  unitsPerRow?: number;
  whiteBytes?: number;
  walkBytes?: number;
  bytes: (sources: Float64Array, row: number) => number;
}): GeneratedRow[] {
  const { rows, sources = 8, unitsPerRow = 400, whiteBytes = 40_000, walkBytes = 15_000, bytes } = options;
  const random = seededRandom(options.seed);
  const counts = new Float64Array(sources);
  let level = 2e7;
  return Array.from({ length: rows }, (_, row) => {
    const weights = Array.from({ length: sources }, (_, s) => Math.exp(0.7 * normal(random)) / (s + 1));
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let s = 0; s < sources; s++) counts[s]! += Math.round((weights[s]! / sum) * unitsPerRow);
    level += walkBytes * normal(random);
    const inFlight = Math.round(50 + 100 * random());
    const value = level + whiteBytes * normal(random) + 9000 * inFlight + bytes(counts, row);
    return { value, sources: counts.slice(), inFlight, totalUnits: counts.reduce((a, b) => a + b, 0) };
  });
}

/** A live sample of the heap profiler, as far as statistics need to know it. */
export interface SurvivorSample {
  /** Grows with allocation: the clock by which samples were born. */
  ordinal: number;
  /** What the sample stands for. */
  bytes: number;
  /** Function to blame. */
  site: number;
  /** Scopes it may belong to: exactly one where sure, empty where unknown. */
  slots: readonly number[];
  /** How its stack was read, where that is known; `middleware` and `requests` are no route's own. */
  role?: 'handler' | 'learned' | 'middleware' | 'requests' | 'unknown';
}

/** How far the process had come: all units finished, and of each slot. */
export interface UnitCounts {
  units: number;
  /** Missing where nobody counted: then the ordinals themselves are the clock of a scope. */
  slotUnits?: ArrayLike<number>;
  /** The floor at that moment: what samples say that stays can be no more than it rises. */
  heapBytes?: number;
  /** Clock of the read, milliseconds. */
  timeMs?: number;
}

/** What was alive at one read of the profiler. */
export interface SurvivalRead extends UnitCounts {
  /** Ascending ordinals; units in flight included. */
  samples: readonly SurvivorSample[];
}

/** A sample that is followed over reads: one object for an ordinal, in whatever reads it was seen. */
export interface Survivor extends SurvivorSample {
  alive: boolean;
}

/** A read that later ones are compared with. */
export interface KeptRead extends UnitCounts {
  /** Of the newest sample alive then; every later birth has a larger one. */
  ordinal: number;
  survivors: readonly Survivor[];
}

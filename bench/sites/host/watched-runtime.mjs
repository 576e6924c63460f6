/**
 * @typedef {import('../../../packages/core/dist/internal-types.js').Runtime} Runtime
 * @typedef {import('../../../packages/core/dist/internal-types.js').FloorReading} FloorReading
 * @typedef {import('../../../packages/core/dist/internal-types.js').AllocationReading} AllocationReading
 */

/**
 * @typedef {object} Watching
 * @property {number} pace how many times faster than the real one its clock runs; CPU is scaled alike, pauses are not
 * @property {(reading: AllocationReading) => void} onRead a profile as the guard gets it, on the real clock
 * @property {(handler: Function, place: import('./handler-places.mjs').Place | null) => void} onLocated where the guard found that a handler starts
 * @property {() => void} onRow a read, or a GC that may be a row of the guard's
 */

/**
 * The runtime of this process, watched: what the guard reads is told first. On a faster clock a read costs as much as it does, so that
 * its budget is that of a process which serves so many times fewer requests a second.
 *
 * @param {Runtime} runtime
 * @param {Watching} watching
 * @returns {Runtime}
 */
export function watchedRuntime(runtime, { pace, onRead, onLocated, onRow }) {
  const hurried = (/** @type {FloorReading} */ floor) => ({ ...floor, timeMs: floor.timeMs * pace });
  return {
    ...runtime,
    now: () => runtime.now() * pace,
    processCpuMs: () => runtime.processCpuMs() * pace,
    every: (ms, run) => runtime.every(ms / pace, run),
    watchMajorGcs: (onFloor, onMajorGc, onCost, onGc) =>
      runtime.watchMajorGcs(
        (floor) => {
          onFloor(hurried(floor));
          onRow();
        },
        onMajorGc,
        onCost && ((ms) => onCost(ms * pace)),
        onGc && ((startMs, endMs) => onGc(startMs * pace, endMs * pace)),
      ),
    forceGc() {
      const floor = runtime.forceGc();
      if (floor === null) return null;
      onRow();
      return hurried(floor);
    },
    sampler: watchedSampler(runtime.sampler),
  };

  /** @param {Runtime['sampler']} sampler @returns {Runtime['sampler']} */
  function watchedSampler(sampler) {
    return {
      start: (intervalBytes) => sampler.start(intervalBytes),
      get isRunning() {
        return sampler.isRunning;
      },
      get unavailable() {
        return sampler.unavailable;
      },
      get readsWithoutGc() {
        return sampler.readsWithoutGc;
      },
      read(after) {
        const reading = sampler.read(after && { ...after, timeMs: after.timeMs / pace });
        if (reading === null) return null;
        onRead(reading);
        onRow();
        return { ...reading, floor: hurried(reading.floor) };
      },
      locate(fn) {
        const place = sampler.locate(fn);
        onLocated(fn, place);
        return place;
      },
      captured: (fn) => sampler.captured(fn),
      stop: () => sampler.stop(),
    };
  }
}

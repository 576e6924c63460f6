'use strict';
/**
 * Work of a fixed amount: the same for every variant, whatever else the machine does meanwhile.
 *
 * @param {number} iterations
 */
exports.busy = function busy(iterations) {
  let state = 0x9e3779b9;
  for (let at = 0; at < iterations; at++) state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + at;
  return state;
};

/** Iterations per millisecond of CPU on this machine, the median of some tries. */
exports.calibrate = function calibrate() {
  const tries = [];
  for (let n = 0; n < 9; n++) {
    const before = process.cpuUsage();
    exports.busy(20_000_000);
    const { user, system } = process.cpuUsage(before);
    tries.push(20_000_000 / ((user + system) / 1000));
  }
  return tries.sort((one, other) => one - other)[4];
};

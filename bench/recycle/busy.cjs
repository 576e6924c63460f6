'use strict';
const { createHash } = require('node:crypto');

const BLOCK = Buffer.alloc(1024, 7);
const CALIBRATION = 100_000;

/**
 * Native work of a fixed amount: the same for every variant, however far V8 has compiled what is around it.
 *
 * @param {number} iterations about 2 us each
 */
function busy(iterations) {
  const hash = createHash('sha256');
  for (let at = 0; at < iterations; at++) hash.update(BLOCK);
  return hash.digest();
}

/** Iterations per millisecond of CPU on this machine, the median of some tries. */
function calibrate() {
  const tries = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    busy(CALIBRATION);
    const { user, system } = process.cpuUsage(before);
    return CALIBRATION / ((user + system) / 1000);
  });
  return tries.sort((one, other) => one - other)[4];
}

module.exports = { busy, calibrate };

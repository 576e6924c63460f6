import { createHash } from 'node:crypto';

const BLOCK = Buffer.alloc(16_384, 7);
const CALIBRATION_BLOCKS = 20_000;

/** A fixed amount of native work: V8 compiles a loop in JavaScript to another speed at each start. @param {number} blocks */
export function work(blocks) {
  const hash = createHash('sha256');
  for (let at = 0; at < blocks; at += 1) hash.update(BLOCK);
  return hash.digest('hex');
}

/** How many blocks take so much CPU on this machine. @param {number} micros */
export function blocksFor(micros) {
  work(CALIBRATION_BLOCKS / 10);
  const before = process.cpuUsage();
  work(CALIBRATION_BLOCKS);
  const { user, system } = process.cpuUsage(before);
  return Math.max(Math.round((CALIBRATION_BLOCKS * micros) / (user + system)), 1);
}

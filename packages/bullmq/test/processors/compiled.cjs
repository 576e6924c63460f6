/* What TypeScript makes of a default export in CommonJS. */
Object.defineProperty(exports, '__esModule', { value: true });
const { appendFileSync } = require('node:fs');

exports.default = async function compiled(job) {
  appendFileSync(job.data.log, `S ${job.id} ${process.pid}:0\nE ${job.id} ${process.pid}:0\n`);
  return 'compiled';
};

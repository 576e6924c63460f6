/* Runs four jobs in isolates of their own, with the built package as an app would: JSON of { queue, port, processor }. */
const { GuardedWorker } = require('@leakguard/bullmq');

const { queue, port, processor } = JSON.parse(process.argv[2]);
const connection = { host: '127.0.0.1', port };
const worker = new GuardedWorker(queue, processor, { connection, maxJobsPerWorker: 1 });
let left = 4;
worker.on('completed', (_job, value) => {
  console.log(value);
  if (--left === 0) void worker.close();
});

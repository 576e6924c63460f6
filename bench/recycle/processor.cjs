'use strict';
const { busy } = require('./busy.cjs');

/** What jobs leave behind, if they are told to. */
const kept = [];

/** In a sandbox and in process alike: some CPU, and `leakObjects` small objects that stay. */
module.exports = async function work(job) {
  const { iterations, leakObjects = 0 } = job.data;
  for (let n = 0; n < leakObjects; n++) kept.push({ n, job: job.id });
  return busy(iterations).at(0);
};

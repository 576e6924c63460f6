const { appendFileSync } = require('node:fs');

module.exports = async function plain(job) {
  appendFileSync(job.data.log, `S ${job.id} ${process.pid}:0\nE ${job.id} ${process.pid}:0\n`);
  return 'plain';
};

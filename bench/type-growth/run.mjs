/**
 * What `guard.typeGrowth()` costs, beside `v8.queryObjects`, which counts one type: `npm run bench -- type-growth`, with `--sizes 50,200`,
 * `--shapes records,instances,arrays`, `--nodes /path/to/node,...` (this one otherwise) and `--json`. CPU of the whole process,
 * of which the collection of garbage before takes part on other threads.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '50,200' },
    shapes: { type: 'string', default: 'records,instances,arrays' },
    nodes: { type: 'string', default: process.execPath },
    json: { type: 'boolean', default: false },
  },
});
const script = fileURLToPath(new URL('heap.mjs', import.meta.url));
const list = (text) => text.split(',');

function measured(node, shape, size) {
  const { stdout, stderr, status } = spawnSync(node, ['--no-warnings', script, shape, size], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${shape} ${size}: ${stderr}`);
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();
  return { node: version, shape, megabytes: Number(size), ...JSON.parse(stdout) };
}

const rows = list(values.nodes).flatMap((node) =>
  list(values.shapes).flatMap((shape) => list(values.sizes).map((size) => measured(node, shape, size))),
);
const ms = (value) => (value === null ? '-' : `${value.toFixed(0)} ms`);
if (values.json) console.log(JSON.stringify(rows));
else
  console.table(
    rows.map(({ node, shape, megabytes, objects, cpuMs, wallMs, rssMb, firstMs, rivalMs }) => ({
      node,
      heap: `${megabytes} MB of ${shape}`,
      objects,
      'CPU (first)': `${ms(cpuMs)} (${ms(firstMs)})`,
      wall: ms(wallMs),
      'CPU per million': ms((cpuMs * 1e6) / objects),
      'RSS after': `+${rssMb.toFixed(0)} MB`,
      'v8.queryObjects, one type': ms(rivalMs),
    })),
  );

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampledProcesses } from './sampled-process.ts';

let processes: SampledProcesses;
beforeAll(async () => {
  processes = await SampledProcesses.build();
}, 60_000);
afterAll(() => processes.remove());

/** Work of five turns in a process that has nothing else to do. */
const FIVE_TURNS = `
  const work = (isAwaited, left = 5) => {
    if (left > 0) runtime.nextTurn(() => { say(left); work(isAwaited, left - 1); }, isAwaited);
  };
`;

describe('work in later turns', () => {
  it('is done before the process ends where somebody waits for it', async () => {
    expect(await processes.run(`${FIVE_TURNS} work(true);`)).toEqual([5, 4, 3, 2, 1]);
  });

  it('does not keep a process from ending', async () => {
    expect(await processes.run(`${FIVE_TURNS} work(false);`)).not.toContain(1);
  });

  it('goes on in a process that is idle, too', async () => {
    const said = await processes.run(`
      ${FIVE_TURNS}
      work(false);
      setTimeout(() => undefined, 2000);
    `);
    expect(said).toEqual([5, 4, 3, 2, 1]);
  });
});

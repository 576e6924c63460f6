import { describe, expect, it } from 'vitest';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { anyText } from '../../../../test/fuzz/hostile-values.ts';
import { runCli } from '../../src/cli.ts';
import { leakingReport } from '../report-fixture.ts';

async function show(text: string): Promise<{ code: number; output: string }> {
  let output = '';
  const write = (part: string): void => {
    output += part;
  };
  const stdin = (async function* () {
    yield Buffer.from(text);
  })();
  const code = await runCli(['show', '-'], { stdin, stdout: { write }, stderr: { write } });
  return { code, output };
}

/** The report with something else in some of its places. */
function changed(value: unknown, at: readonly number[], by: unknown): unknown {
  const [first, ...rest] = at;
  if (first === undefined || typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[first % Math.max(1, keys.length)] ?? '0';
  const copy = Array.isArray(value) ? [...value] : { ...value };
  Object.defineProperty(copy, key, { value: changed((value as never)[key], rest, by), enumerable: true });
  return copy;
}

describe(`leakguard show of any report (seed ${FUZZ_SEED})`, () => {
  it('prints it or says that it is none, and nothing that a terminal obeys', async () => {
    const place = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 });
    const change = fc.tuple(place, fc.oneof(fc.jsonValue({ maxDepth: 1 }), anyText(), fc.double()));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), async (changes) => {
        const report = changes.reduce<unknown>((value, [at, by]) => changed(value, at, by), leakingReport());
        const { code, output } = await show(JSON.stringify(report));
        expect([0, 2]).toContain(code);
        expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
      cases(80),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { NamedGrowth } from '../../src/decide/channel-growth.ts';
import { Findings, UNDECIDED } from '../../src/decide/findings.ts';
import type { SiteGrowth } from '../../src/decide/site-verdicts.ts';
import { SourceVerdicts } from '../../src/decide/source-verdicts.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../../src/measure/floor.ts';

const [A, B] = [FIRST_SCOPE, FIRST_SCOPE + 1] as const;

/** Growth that the floors name so: the first candidate's name, unless another is given. */
function floors(
  candidates: readonly [source: number, probability: number][],
  change: Partial<NamedGrowth> = {},
): NamedGrowth {
  const credible = candidates.map(([source, probability]) => ({ source, probability }));
  const { source, probability } = credible.find((each) => each.source === change.source) ?? credible[0]!;
  return {
    ...{ key: 'heap/1', verdict: 'growing', source, probability, credible, evidence: 9, sinceMs: 0 },
    estimate: { bytesPerUnit: 500, standardError: 10, ci95: [480, 520] },
    ...{ totalBytes: 2e6, signal: 'heap', namedBy: 'oldSpace' },
    ...change,
  };
}

function sites(source: number, change: Partial<SiteGrowth> = {}): SiteGrowth {
  const growth = floors([[source, 1]], { key: `sites/${source}` });
  return { ...growth, p: 1e-9, samples: 30, ownSamples: 20, isHint: false, ...change };
}

const HINT = sites(A, { key: 'sites/all', ownSamples: 0, isHint: true });

/** Looks one after the other, and what the log would say after each. */
function told(looks: readonly [floors: readonly NamedGrowth[], sites: readonly SiteGrowth[]][]): string[] {
  const findings = new Findings();
  const verdicts = new SourceVerdicts();
  return looks.flatMap(([seen, sampled]) => {
    const renamed = findings.update(seen, sampled);
    const changes = verdicts.update(findings.all, new Map(), new Date(0), renamed);
    return changes.map(({ key, to }) => `${key} ${to}`);
  });
}

const only = (seen: readonly NamedGrowth[], sampled: readonly SiteGrowth[] = []) => {
  const findings = new Findings();
  findings.update(seen, sampled);
  return findings.all;
};

describe('Findings', () => {
  it('tell one leak that both channels see once, with both', () => {
    expect(only([floors([[A, 0.9]])], [HINT])).toMatchObject([
      { source: A, floors: { key: 'heap/1' }, sites: { key: 'sites/all' } },
    ]);
    expect(
      only(
        [
          floors([
            [BACKGROUND, 0.45],
            [A, 0.35],
          ]),
        ],
        [HINT],
      ),
    ).toHaveLength(1);
  });

  it('tell two leaks as two: what grows below another handler, which the floors exclude', () => {
    expect(only([floors([[A, 0.99]])], [sites(B)]).map(({ source }) => source)).toEqual([A, B]);
  });

  it('do not take growth of Buffers for what the profiler sees', () => {
    expect(only([floors([[A, 0.99]], { signal: 'arrayBuffers' })], [sites(A)])).toHaveLength(2);
  });

  it('name the most probable source, and nobody below a half', () => {
    expect(
      only([
        floors(
          [
            [A, 0.35],
            [BACKGROUND, 0.14],
          ],
          { source: BACKGROUND },
        ),
      ])[0],
    ).toMatchObject({ source: UNDECIDED });
    expect(
      only([
        floors([
          [A, 0.49],
          [B, 0.48],
        ]),
      ])[0]!.source,
    ).toBe(UNDECIDED);
    expect(
      only([
        floors([
          [A, 0.6],
          [B, 0.3],
        ]),
      ])[0]!.source,
    ).toBe(A);
  });

  it('take the name from samples below a handler where the floors have none', () => {
    expect(
      only(
        [
          floors([
            [EVERY_REQUEST, 0.4],
            [A, 0.3],
          ]),
        ],
        [sites(A)],
      )[0],
    ).toMatchObject({ source: A, told: A });
  });

  it('say nothing again while a channel falls silent for a while, or its verdict falls', () => {
    const leaking = floors([[A, 0.95]], { verdict: 'leaking' });
    const [seen, silent] = [[[leaking], []] as const, [[], []] as const];
    const looks = [seen, silent, silent, [[], [sites(A)]] as const, seen, ...Array(19).fill(silent), seen];
    expect(told(looks as never)).toEqual([`${A} leaking`]);
  });

  it('tell that it has cleared after twenty looks without a word of it', () => {
    const silent = [[], []] as const;
    const looks = (count: number) => told([[[floors([[A, 0.95]])], []], ...Array(count).fill(silent)]);
    expect(looks(19)).toEqual([`${A} growing`]);
    expect(looks(20)).toEqual([`${A} growing`, `${A} stable`]);
  });

  it('keep a name until another is clearly more probable, and do not call that cleared', () => {
    const at = (a: number, b: number): [NamedGrowth[], SiteGrowth[]] => {
      const credible: [number, number][] =
        a >= b
          ? [
              [A, a],
              [B, b],
            ]
          : [
              [B, b],
              [A, a],
            ];
      return [[floors(credible)], []];
    };
    expect(told([at(0.6, 0.4), at(0.45, 0.5), at(0.55, 0.45), at(0.3, 0.7), at(0.6, 0.4)])).toEqual([
      `${A} growing`,
    ]);
    expect(told([at(0.6, 0.4), at(0.1, 0.9), at(0.3, 0.7), at(0.7, 0.3)])).toEqual([
      `${A} growing`,
      `${B} growing`,
    ]);
  });

  it('keep a name down to 40 %, and a verdict whatever a later look says', () => {
    const findings = new Findings();
    const named = (a: number, verdict: 'growing' | 'leaking') => {
      findings.update(
        [
          floors(
            [
              [A, a],
              [B, (1 - a) / 2],
            ],
            { verdict },
          ),
        ],
        [],
      );
      const { source, verdict: held } = findings.all[0]!;
      return [source, held];
    };
    expect(named(0.6, 'leaking')).toEqual([A, 'leaking']);
    expect(named(0.45, 'growing')).toEqual([A, 'leaking']);
    expect(named(0.37, 'growing')).toEqual([UNDECIDED, 'leaking']);
  });

  it('name nobody while the floors hold on to a source that is not the most probable', () => {
    const held = floors(
      [
        [A, 0.6],
        [BACKGROUND, 0.14],
      ],
      { source: BACKGROUND },
    );
    expect(only([held])[0]!.source).toBe(UNDECIDED);
  });

  it('tell who it is once that is known, not that nobody any more is', () => {
    const unsure = floors([
      [A, 0.4],
      [B, 0.3],
    ]);
    const sure = floors(
      [
        [A, 0.9],
        [B, 0.1],
      ],
      { key: 'heap/2' },
    );
    expect(
      told([
        [[unsure], []],
        [[sure], []],
      ]),
    ).toEqual([`${UNDECIDED} growing`, `${A} growing`]);
  });
});

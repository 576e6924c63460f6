import { describe, expect, it } from 'vitest';
import { flattenProfile, type ProfileNode } from '../../src/measure/sampling-profile.ts';

let ids = 0;
function node(name: string, line: number, children: ProfileNode[] = [], scriptId = '7'): ProfileNode {
  ids += 1;
  const callFrame = {
    functionName: name,
    scriptId,
    url: 'file:///app.js',
    lineNumber: line,
    columnNumber: 4,
  };
  return { id: ids, callFrame, children };
}

describe('flattenProfile', () => {
  const leaf = node('leaf', 30);
  const again = node('leaf', 30);
  const handler = node('handler', 10, [node('between', 20, [leaf]), again]);
  const head = node('(root)', -1, [handler, node('(GC)', -1, [], '0'), node('(V8 API)', -1, [], '0')], '0');
  const sample = (ordinal: number, at: ProfileNode) => ({ ordinal, size: ordinal * 100, nodeId: at.id });

  it('gives a stack, innermost first, to each node with samples, and each function once', () => {
    const flat = flattenProfile({ head, samples: [sample(9, leaf), sample(3, again), sample(12, leaf)] });
    const named = flat.samples.map(({ ordinal, bytes, stack }) => [
      ordinal,
      bytes,
      ...flat.stacks[stack]!.map((index) => flat.functions[index]!.name),
    ]);
    expect(named).toEqual([
      [3, 300, 'leaf', 'handler'],
      [9, 900, 'leaf', 'between', 'handler'],
      [12, 1200, 'leaf', 'between', 'handler'],
    ]);
    expect(flat.stacks.length).toBe(2);
    expect(flat.functions.filter(({ name }) => name === 'leaf')).toEqual([
      { name: 'leaf', scriptId: 7, url: 'file:///app.js', line: 30, column: 4 },
    ]);
  });

  it('tells the entries of V8 apart, which all lie nowhere', () => {
    const names = flattenProfile({ head, samples: [] }).functions.map(({ name }) => name);
    expect(names).toEqual(['handler', 'between', 'leaf', '(GC)', '(V8 API)']);
  });

  it('leaves out (root), and samples of a node that is not in the tree', () => {
    const flat = flattenProfile({ head, samples: [sample(1, head), { ordinal: 2, size: 5, nodeId: -5 }] });
    expect(flat).toMatchObject({ stacks: [[]], samples: [{ ordinal: 1, stack: 0 }] });
  });
});

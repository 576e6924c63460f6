import type { AllocationReading, ProfiledFunction } from '../internal-types.ts';

/** `HeapProfiler.SamplingHeapProfile` of V8's protocol: a tree of calls, and the live samples by node. */
export interface SamplingProfile {
  head: ProfileNode;
  samples: readonly { ordinal: number; size: number; nodeId: number }[];
}

/** One function as it was called on one path. Line and column count from 0. */
export interface ProfileNode {
  id: number;
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  children: readonly ProfileNode[];
}

/** What a reading holds of a profile. */
export type ProfiledSamples = Pick<AllocationReading, 'functions' | 'stacks' | 'samples'>;

/**
 * The profile as flat tables: functions once each, a stack per node that has samples. Bounded by what V8 keeps: one
 * sample per interval of live memory, at most 128 frames a stack.
 */
export function flattenProfile(profile: SamplingProfile): ProfiledSamples {
  const functions = new FunctionTable();
  const sampled = new Set(profile.samples.map((sample) => sample.nodeId));
  const stackOfNode = new Map<number, number>();
  const stacks: number[][] = [];
  const path: number[] = [];
  const visit = (node: ProfileNode): void => {
    if (sampled.has(node.id)) stackOfNode.set(node.id, stacks.push(path.toReversed()) - 1);
    for (const child of node.children) {
      path.push(functions.indexOf(child.callFrame));
      visit(child);
      path.pop();
    }
  };
  visit(profile.head);
  const samples = profile.samples.flatMap(({ ordinal, size, nodeId }) => {
    const stack = stackOfNode.get(nodeId);
    return stack === undefined ? [] : [{ ordinal, bytes: size, stack }];
  });
  samples.sort((one, other) => one.ordinal - other.ordinal);
  return { functions: functions.functions, stacks, samples };
}

/** The functions of a profile, each once however many nodes it has. */
class FunctionTable {
  readonly functions: ProfiledFunction[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf({ functionName, scriptId, url, lineNumber, columnNumber }: ProfileNode['callFrame']): number {
    // V8's own entries, such as `(GC)`, all lie at -1 of script 0: only the name tells them apart.
    const key = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.functions.length;
    this.#indexes.set(key, index);
    this.functions.push({
      name: functionName,
      scriptId: Number(scriptId),
      url,
      line: lineNumber,
      column: columnNumber,
    });
    return index;
  }
}

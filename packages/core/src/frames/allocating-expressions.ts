import { contained } from '../contain.ts';
import type { AllocationCandidate } from '../site-types.ts';
import { type FoundExpression, scanExpressions } from './expression-scan.ts';
import { functionTree } from './function-tree.ts';
import type { KnownFunction } from './known-function.ts';
import { outerNames } from './outer-names.ts';
import type { Position } from './script-outline.ts';
import type { Scripts } from './scripts.ts';
import { shortText } from './short-text.ts';

const MAX_CANDIDATES = 5;

/**
 * Expressions of a function that may have allocated or kept what stayed, likeliest first: V8 tells the function, not the
 * line. Guesses by syntax alone: what a call makes inside, and which of two containers grows, they cannot see. Empty where
 * the source cannot be read, does not fit to what runs, or takes too long to parse.
 */
export function allocatingExpressions(known: KnownFunction, scripts: Scripts): AllocationCandidate[] {
  return contained(() => candidates(known, scripts), []);
}

function candidates({ path, profiled, original }: KnownFunction, scripts: Scripts): AllocationCandidate[] {
  const outline = path === null ? null : scripts.outline(path);
  const text = path === null ? null : scripts.text(path);
  if (path === null || outline === null || text === null) return [];
  const index = outline.at(profiled);
  if (index < 0) return [];
  const { node, shift } = functionTree(text, outline, index);
  const outer = outerNames(text, outline, index, scripts.deadline());
  const found = scanExpressions(node, outer).slice(0, MAX_CANDIDATES);
  return found.map((one) => {
    const [from, to] = [one.from + shift, one.to + shift];
    const [start, end] = [outline.positionOf(from), outline.positionOf(to)];
    const written = original === null ? null : scripts.written(path, start, end);
    return candidate(one, written ?? start, written?.text ?? text.slice(from, to));
  });
}

function candidate({ kind, container }: FoundExpression, at: Position, text: string): AllocationCandidate {
  return { line: at.line + 1, column: at.column + 1, text: shortText(text), kind, container };
}

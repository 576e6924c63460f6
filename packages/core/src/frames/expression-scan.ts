import type { Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import type { AllocationCandidate } from '../site-types.ts';
import { type AnyNode, ContainerFinder } from './container-finder.ts';
import type { OuterName } from './outer-names.ts';

/** An expression that may have made or kept what stayed; offsets of the parsed text. */
export interface FoundExpression {
  from: number;
  to: number;
  kind: AllocationCandidate['kind'];
  container: string | null;
  score: number;
}

/** Methods that put their argument into what they are called on. */
const PUTS =
  /^(?:push|unshift|splice|set|add|append|enqueue|put|on|once|addListener|prepend(?:Once)?Listener|addEventListener|subscribe|register)$/;
/** Methods by what they make. */
const MAKES_ARRAY =
  /^(?:map|filter|slice|concat|flatMap|flat|split|toSorted|toReversed|toSpliced|entries|keys|values)$/;
const MAKES_STRING = /^(?:stringify|join|repeat|replace|replaceAll|padStart|padEnd)$/;
const MAKES_OBJECT = /^(?:parse|assign|fromEntries|create|structuredClone)$/;
/** What expressions that only make something count; what keeps it counts more. */
const SCORES = { new: 30, object: 25, array: 24, closure: 20, string: 15 } as const;
/** Inside of a function of its own, which has frames of its own. */
const NESTED = 20;

/** The expressions of one function, likeliest first. */
export function scanExpressions(tree: Node, outer: ReadonlyMap<string, OuterName>): FoundExpression[] {
  const containers = new ContainerFinder(tree, outer);
  const found: FoundExpression[] = [];
  const look = (node: Node, _state: unknown, ancestors: Node[]) => {
    if (node === tree || isAside(ancestors)) return;
    const isNested = ancestors.slice(1, -1).some(({ type }) => /Function/.test(type));
    const one = keeps(node as AnyNode, containers) ?? (isNested ? null : makes(node as AnyNode));
    if (one === null) return;
    found.push({ from: node.start, to: node.end, ...one, score: one.score - (isNested ? NESTED : 0) });
  };
  ancestor(tree, Object.fromEntries(LOOKED_AT.map((type) => [type, look])));
  return withoutInner(found).sort((a, b) => b.score - a.score || a.from - b.from);
}

const LOOKED_AT = [
  ...['CallExpression', 'NewExpression', 'AssignmentExpression', 'ObjectExpression', 'ArrayExpression'],
  ...['FunctionExpression', 'ArrowFunctionExpression', 'TemplateLiteral', 'BinaryExpression'],
];

type Judged = Pick<FoundExpression, 'kind' | 'container' | 'score'>;

function keeps(node: AnyNode, containers: ContainerFinder): Judged | null {
  if (node.type === 'AssignmentExpression') return assigns(node, containers);
  if (node.type !== 'CallExpression') return null;
  const callee = unchained(node.callee as AnyNode);
  if (callee.type === 'Identifier') return timer(String(callee.name));
  if (callee.type !== 'MemberExpression') return null;
  const name = (callee.property as { name?: string }).name ?? '';
  if (!PUTS.test(name) || (node.arguments as unknown[]).length === 0) return null;
  const container = containers.of(callee.object as AnyNode);
  return container && { kind: 'keeps', container: container.text, score: container.score };
}

/** `x[y] = value` of something outside, and `outside = [...outside, value]`. */
function assigns({ left, right, operator }: AnyNode, containers: ContainerFinder): Judged | null {
  const target = left as AnyNode;
  const isValue = /^(?:Literal|UnaryExpression|UpdateExpression|BinaryExpression)$/.test(
    (right as AnyNode).type,
  );
  if (isValue || !/^(?:=|\?\?=|\|\|=)$/.test(String(operator))) return null;
  if (target.type !== 'MemberExpression' && target.type !== 'Identifier') return null;
  const object = target.type === 'MemberExpression' && !isThis(target) ? (target.object as AnyNode) : target;
  const container = containers.of(object);
  if (container === null || (target.type === 'Identifier' && container.text === null)) return null;
  if (target.type === 'Identifier' && container.text?.startsWith('part of ')) return null;
  return {
    kind: 'keeps',
    container: container.text,
    score: container.score - (target.type === 'Identifier' ? 10 : 0),
  };
}

function isThis({ object }: AnyNode): boolean {
  return (object as AnyNode).type === 'ThisExpression';
}

function timer(name: string): Judged | null {
  if (name === 'setInterval') return { kind: 'keeps', container: 'a timer that repeats', score: 80 };
  return name === 'setTimeout' ? { kind: 'keeps', container: 'a timer', score: 35 } : null;
}

function makes(node: AnyNode): Judged | null {
  const kind = madeBy(node);
  return kind === null ? null : { kind, container: null, score: SCORES[kind] };
}

function madeBy(node: AnyNode): keyof typeof SCORES | null {
  switch (node.type) {
    case 'ObjectExpression':
      return 'object';
    case 'ArrayExpression':
      return 'array';
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return 'closure';
    case 'NewExpression':
      return 'new';
    case 'TemplateLiteral':
      return (node.expressions as unknown[]).length > 0 ? 'string' : null;
    case 'BinaryExpression':
      return node.operator === '+' && hasText(node) ? 'string' : null;
    case 'CallExpression':
      return madeByCall(unchained(node.callee as AnyNode));
    default:
      return null;
  }
}

function madeByCall(callee: AnyNode): keyof typeof SCORES | null {
  const named = callee.type === 'MemberExpression' ? callee.property : callee;
  const name = (named as { name?: string }).name ?? '';
  if (MAKES_OBJECT.test(name)) return 'object';
  if (MAKES_STRING.test(name)) return 'string';
  return callee.type === 'MemberExpression' && (MAKES_ARRAY.test(name) || name === 'from') ? 'array' : null;
}

function hasText({ left, right }: AnyNode): boolean {
  return [left, right].some((side) => {
    const node = side as AnyNode;
    if (node.type === 'TemplateLiteral') return true;
    if (node.type === 'BinaryExpression') return node.operator === '+' && hasText(node);
    return node.type === 'Literal' && typeof node.value === 'string';
  });
}

function unchained(node: AnyNode): AnyNode {
  return node.type === 'ChainExpression' ? (node.expression as AnyNode) : node;
}

/** What is thrown is seldom kept; methods of a literal or of a class are shown with it, and run by themselves. */
function isAside(ancestors: readonly Node[]): boolean {
  const owner = ancestors.at(-2) as AnyNode | undefined;
  if (owner?.type === 'Property' && (owner.method === true || owner.kind !== 'init')) return true;
  return ancestors.some(({ type }) => type === 'ThrowStatement' || type === 'MethodDefinition');
}

/** One line says it once: what lies in another expression is shown with it, unless it keeps something. */
function withoutInner(found: readonly FoundExpression[]): FoundExpression[] {
  return found.filter((one) => {
    if (one.kind === 'keeps') return true;
    return !found.some(
      (other) => other !== one && other.from <= one.from && one.to <= other.to && isShown(other, one),
    );
  });
}

function isShown(outer: FoundExpression, inner: FoundExpression): boolean {
  return outer.kind === 'keeps' || outer.kind === inner.kind || inner.to - inner.from < 12;
}

import type { Node } from 'acorn';
import { full } from 'acorn-walk';
import {
  type Container,
  globalContainer,
  outerContainer,
  ownContainer,
  parameterContainer,
  partOf,
} from './container-words.ts';
import { namesIn, type OuterName } from './outer-names.ts';

/** Any node of a syntax tree. */
export type AnyNode = Node & Record<string, unknown>;

/** Finds what the expressions of one function put things into. */
export class ContainerFinder {
  readonly #outer: ReadonlyMap<string, OuterName>;
  readonly #locals = new Map<string, AnyNode | null>();
  readonly #parameters = new Set<string>();

  constructor(tree: Node, outer: ReadonlyMap<string, OuterName>) {
    this.#outer = outer;
    const own = ((tree as AnyNode).params as AnyNode[] | undefined) ?? [];
    for (const parameter of own) for (const name of namesIn(parameter)) this.#parameters.add(name);
    full(tree, (node) => this.#declare(node as AnyNode));
  }

  /** What this expression leads to outside of the function; null where it is the function's own. */
  of(expression: AnyNode, depth = 0): Container | null {
    const { root, property, isPart } = rootOf(expression);
    if (root.type === 'ThisExpression') return property === null ? null : ownContainer(property);
    if (root.type !== 'Identifier' || depth > 3) return null;
    const name = String(root.name);
    const found = this.#named(name, depth);
    return found && isPart && !this.#locals.has(name) ? partOf(found) : found;
  }

  #named(name: string, depth: number): Container | null {
    if (this.#parameters.has(name)) return parameterContainer(name);
    const local = this.#locals.get(name);
    if (local !== undefined) {
      const found = local && isTaken(local) ? this.of(local, depth + 1) : null;
      return found && (found.text?.startsWith('part of ') ? found : partOf(found));
    }
    const outer = this.#outer.get(name);
    return outer === undefined ? globalContainer(name) : outerContainer(outer);
  }

  #declare(node: AnyNode): void {
    switch (node.type) {
      case 'VariableDeclarator':
        for (const name of namesIn(node.id)) this.#locals.set(name, (node.init as AnyNode | null) ?? null);
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#declareFunction(node);
        break;
      case 'CatchClause':
        if (node.param) for (const name of namesIn(node.param)) this.#locals.set(name, null);
    }
  }

  #declareFunction({ id, params }: AnyNode): void {
    if (id) this.#locals.set(String((id as AnyNode).name), null);
    for (const parameter of params as AnyNode[]) {
      for (const name of namesIn(parameter)) if (!this.#parameters.has(name)) this.#locals.set(name, null);
    }
  }
}

/** True for what was there before: a member of something, or what `get` gives. */
function isTaken(init: AnyNode): boolean {
  switch (init.type) {
    case 'LogicalExpression':
      return isTaken(init.left as AnyNode);
    case 'AssignmentExpression':
      return isTaken(init.left as AnyNode);
    case 'CallExpression': {
      const callee = init.callee as AnyNode;
      const name = (callee.property as { name?: string } | undefined)?.name ?? '';
      return callee.type === 'MemberExpression' && /^(?:get|at|getStore|peek|pop|shift)$/.test(name);
    }
    default:
      return init.type === 'MemberExpression' || init.type === 'Identifier' || init.type === 'ThisExpression';
  }
}

/** The object at the left end of `a.b[c].get(d)`, and the first property of it. */
function rootOf(expression: AnyNode): { root: AnyNode; property: string | null; isPart: boolean } {
  let root = expression;
  let property: string | null = null;
  let members = 0;
  for (;;) {
    const inner = innerOf(root);
    if (inner === null) return { root, property, isPart: members > 0 };
    if (root.type === 'MemberExpression') {
      members++;
      property = propertyName(root);
    }
    root = inner;
  }
}

function innerOf(node: AnyNode): AnyNode | null {
  switch (node.type) {
    case 'MemberExpression':
      return node.object as AnyNode;
    case 'CallExpression':
      return node.callee as AnyNode;
    case 'ChainExpression':
      return node.expression as AnyNode;
    case 'AwaitExpression':
      return node.argument as AnyNode;
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return node.left as AnyNode;
    default:
      return null;
  }
}

function propertyName({ property, computed }: AnyNode): string | null {
  const { name, type } = property as { name?: string; type: string };
  return computed || name === undefined ? null : type === 'PrivateIdentifier' ? `#${name}` : name;
}

import { parseSource } from './outline-parser.ts';
import type { ScriptOutline } from './script-outline.ts';

/** What a name outside of a function stands for. */
export interface OuterName {
  /** `module`: lives as long as the process. `import`: of another module. `closure`: of a function around. */
  where: 'module' | 'import' | 'closure';
  /** `Map`, `array`, `object`, `LRUCache`; null where the source does not tell. */
  what: string | null;
}

interface Declared {
  name: string;
  at: number;
  where: 'variable' | 'import';
  what: string | null;
}

interface SyntaxNode {
  type: string;
  start: number;
  [field: string]: unknown;
}

/** Names declared around a function: at the top of its file and in the functions that it is written in. */
export function outerNames(
  text: string,
  outline: ScriptOutline,
  index: number,
  isOver: () => boolean,
): Map<string, OuterName> {
  const inside = new Set<number>();
  for (let at = outline.parent(index); at >= 0; at = outline.parent(at)) inside.add(at);
  const names = new Map<string, OuterName>();
  for (const { name, at, where, what } of declarations(text, isOver)) {
    const owner = ownerOf(outline, at);
    if (owner >= 0 && !inside.has(owner)) continue;
    const isNearer = owner >= 0 || !names.has(name);
    if (isNearer)
      names.set(name, { where: owner >= 0 ? 'closure' : where === 'import' ? 'import' : 'module', what });
  }
  return names;
}

function ownerOf(outline: ScriptOutline, at: number): number {
  const around = outline.aroundOffset(at);
  return around >= 0 && outline.isClass(around) ? outline.parent(around) : around;
}

function declarations(text: string, isOver: () => boolean): Declared[] {
  const found: Declared[] = [];
  parseSource(text, isOver, (node) => {
    const { type, start } = node;
    if (type === 'VariableDeclarator')
      addNames(found, node.id as SyntaxNode, whatOf(node.init as SyntaxNode | null));
    else if (type === 'FunctionDeclaration' || type === 'ClassDeclaration') {
      const id = node.id as SyntaxNode | null;
      // Inside of itself it is declared around.
      if (id !== null) found.push({ name: nameOf(id), at: start - 1, where: 'variable', what: 'function' });
    } else if (type.startsWith('Import') && node.local) {
      found.push({ name: nameOf(node.local as SyntaxNode), at: start, where: 'import', what: null });
    }
  });
  return found;
}

function addNames(found: Declared[], pattern: SyntaxNode, what: string | null): void {
  const where = what === 'import' ? 'import' : 'variable';
  if (pattern.type === 'Identifier') {
    found.push({ name: nameOf(pattern), at: pattern.start, where, what: where === 'import' ? null : what });
    return;
  }
  for (const name of namesIn(pattern)) found.push({ name, at: pattern.start, where, what: null });
}

/** Names that a destructuring declares. */
export function namesIn(pattern: unknown): string[] {
  const { type, ...node } = pattern as SyntaxNode;
  switch (type) {
    case 'Identifier':
      return [String(node.name)];
    case 'ObjectPattern':
      return (node.properties as SyntaxNode[]).flatMap((one) => namesIn(one.value ?? one.argument));
    case 'ArrayPattern':
      return (node.elements as (SyntaxNode | null)[]).flatMap((one) => (one === null ? [] : namesIn(one)));
    case 'AssignmentPattern':
      return namesIn(node.left);
    case 'RestElement':
      return namesIn(node.argument);
    default:
      return [];
  }
}

/** What an initializer makes; `import` of what another module gives. */
export function whatOf(init: SyntaxNode | null): string | null {
  if (init === null) return null;
  if (init.type === 'ArrayExpression') return 'array';
  if (init.type === 'ObjectExpression') return 'object';
  if (init.type === 'NewExpression') return lastName(init.callee as SyntaxNode);
  if (init.type !== 'CallExpression') return null;
  const callee = init.callee as SyntaxNode;
  if (callee.type === 'Identifier' && callee.name === 'require') return 'import';
  return lastName(callee) === 'create' && nameOf(callee.object as SyntaxNode) === 'Object' ? 'object' : null;
}

function lastName(callee: SyntaxNode): string | null {
  if (callee.type === 'Identifier') return nameOf(callee);
  return callee.type === 'MemberExpression' && !callee.computed
    ? nameOf(callee.property as SyntaxNode)
    : null;
}

function nameOf(node: SyntaxNode | undefined): string {
  return typeof node?.name === 'string' ? node.name : '';
}

import { type Node, type Options, parse } from 'acorn';
import type { ScriptOutline } from './script-outline.ts';

/** The syntax tree of one function, and what to add to its offsets to have those of its file. */
export interface FunctionTree {
  node: Node;
  shift: number;
}

const OPTIONS: Omit<Options, 'sourceType'> = {
  ecmaVersion: 'latest',
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
};

/**
 * Parses one function out of its file. A method alone is no program, so it is given a class around it.
 *
 * @throws SyntaxError where the outline is not of this text
 */
export function functionTree(text: string, outline: ScriptOutline, index: number): FunctionTree {
  const [from, to] = outline.range(index);
  const own = text.slice(from, to);
  const isMethod = own.startsWith('(') && !outline.isArrow(index);
  const range = outline.nameRange(index);
  const isConstructor = range !== null && text.slice(...range) === 'constructor';
  const before = isMethod
    ? `(class extends Object { ${outline.modifiers(index)}${isConstructor ? 'constructor' : 'm'}`
    : '(';
  const program = before + own + (isMethod ? ' })' : ')');
  return { node: innerNode(parseEither(program), isMethod), shift: from - before.length };
}

function parseEither(program: string): Node {
  try {
    return parse(program, { ...OPTIONS, sourceType: 'script' });
  } catch {
    return parse(program, { ...OPTIONS, sourceType: 'module' });
  }
}

interface Wrapped {
  body: { expression: Node & { body: { body: { value: Node }[] } } }[];
}

function innerNode(program: Node, isMethod: boolean): Node {
  const { expression } = (program as unknown as Wrapped).body[0]!;
  return isMethod ? expression.body.body[0]!.value : expression;
}

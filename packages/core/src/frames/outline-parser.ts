import { type Options, Parser } from 'acorn';

/** A function in a source, by offsets: everything but the offsets is dropped while parsing. */
export interface ParsedFunction {
  /** Where V8 says that it starts: the `(` of its parameters, of arrow functions and classes their first character. */
  start: number;
  /** What lies between is inside of it. */
  from: number;
  to: number;
  /** Its name in the source, -1 without one. */
  nameFrom: number;
  nameTo: number;
  /** Given to a call (`.then(() => ...)`) or called at once: a part of the function around it. */
  isPart: boolean;
  /** `async` and `*`, which a method has before its start. */
  isAsync: boolean;
  isGenerator: boolean;
  isArrow: boolean;
  isClass: boolean;
}

/** A call in a source: where it is, and the name of what is called or handed on. */
interface ParsedCall {
  at: number;
  name: string;
}

/** What a source says without its tree. */
export interface ParsedSource {
  functions: ParsedFunction[];
  calls: ParsedCall[];
  /** Files beside it that it imports, as it writes them: `./orders.js`. */
  imports: string[];
}

/** Nodes as acorn's parser makes them; only what is looked at. */
interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/**
 * What of acorn's parser is overridden: the methods that its plugins override too. The version is pinned, and
 * outline-parser.test.ts fails when one of them is gone.
 */
interface ParserInternals {
  start: number;
  input: string;
  options: Options;
  parse(): Node;
  nextToken(): void;
  finishNode(node: Node, type: string): Node;
  parseStatement(context: unknown, topLevel?: boolean, exports?: unknown): Node;
  parseExportDeclaration(node: Node): Node;
  parseFunctionParams(node: Node): void;
}

const Base = Parser as unknown as new (options: Options, input: string) => ParserInternals;

/** Stands for every statement that was read: nothing asks for one again, and trees of bundles are hundreds of MB. */
const READ: Node = { type: 'EmptyStatement', start: 0, end: 0 };

/** Between two looks at the clock: some 0.1 ms, before the parser is compiled a few. */
const TOKENS_PER_LOOK = 256;

/** Calls that hand a function to a router: it stands for itself. */
const ROUTING = /^(?:get|post|put|patch|delete|del|head|options|all|route|query)$/;
const ROUTERS = /(?:app|router|routes?|server|api|fastify)$/i;

/** Source took longer to parse than it may. */
export class OutOfTime extends Error {}

/** Calls of a source may be looked at too, each while its nodes are still there. */
export type NodeListener = (node: Node) => void;

/** Finds the functions of a source without keeping its tree. */
class OutlineParser extends Base {
  readonly source: ParsedSource = { functions: [], calls: [], imports: [] };
  #isOver: () => boolean = () => false;
  #onNode: NodeListener | null = null;
  #tokens = 0;

  read(isOver: () => boolean, onNode: NodeListener | null): ParsedSource {
    this.#isOver = isOver;
    this.#onNode = onNode;
    this.parse();
    return this.source;
  }

  override nextToken(): void {
    super.nextToken();
    if (++this.#tokens % TOKENS_PER_LOOK === 0 && this.#isOver()) throw new OutOfTime();
  }

  override parseStatement(context: unknown, topLevel?: boolean, exports?: unknown): Node {
    super.parseStatement(context, topLevel, exports);
    return READ;
  }

  /** An export is asked for its declaration's names. */
  override parseExportDeclaration(): Node {
    return super.parseStatement(null);
  }

  override parseFunctionParams(node: Node): void {
    node.parameters = this.start;
    super.parseFunctionParams(node);
  }

  override finishNode(node: Node, type: string): Node {
    const finished = super.finishNode(node, type);
    this.#look(finished);
    this.#onNode?.(finished);
    return finished;
  }

  #look(node: Node): void {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#addFunction(node);
        break;
      case 'CallExpression':
      case 'NewExpression':
        markParts(node);
        this.#addCall(node);
        break;
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
        this.#addImport(node.source as Node | null);
        break;
      case 'VariableDeclarator':
        nameAs(node.init, node.id);
        break;
      case 'AssignmentExpression':
        nameAs(node.right, assigned(node.left as Node));
        break;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (!node.computed) nameAs(node.value, node.key);
    }
  }

  #addCall(node: Node): void {
    for (const name of calledNames(node)) this.source.calls.push({ at: node.start, name });
    const { type, name } = node.callee as Node;
    if (type === 'Identifier' && name === 'require') this.#addImport((node.arguments as Node[])[0] ?? null);
  }

  #addImport(from: Node | null | undefined): void {
    const path = from?.type === 'Literal' ? from.value : null;
    if (typeof path === 'string' && /^\.\.?\//.test(path)) this.source.imports.push(path);
  }

  #addFunction(node: Node): void {
    const isClass = node.type.startsWith('Class');
    const added: ParsedFunction = {
      start: (node.parameters as number | undefined) ?? node.start,
      from: node.start,
      to: node.end,
      nameFrom: -1,
      nameTo: -1,
      isPart: false,
      isAsync: node.async === true,
      isGenerator: node.generator === true,
      isArrow: node.type === 'ArrowFunctionExpression',
      isClass,
    };
    node.parsed = added;
    nameAs(node, node.id);
    this.source.functions.push(added);
  }
}

/** `load()`, `this.orders.load()`; also what is handed on by its name, `rows.map(toOrder)`. */
function calledNames({ callee, arguments: given }: Node): string[] {
  const { type, property, computed, name } = callee as Node;
  const own = type === 'MemberExpression' && !computed ? (property as Node).name : name;
  const handed = (given as Node[]).filter((one) => one.type === 'Identifier').map((one) => one.name);
  return [own, ...handed].filter((one) => typeof one === 'string');
}

function nameAs(value: unknown, name: unknown): void {
  const parsed = (value as Node | null)?.parsed as ParsedFunction | undefined;
  if (parsed === undefined || !name || parsed.nameFrom >= 0) return;
  const { type, start, end } = name as Node;
  if (type !== 'Identifier' && type !== 'Literal' && type !== 'PrivateIdentifier') return;
  const quotes = type === 'Literal' && typeof (name as Node).value === 'string' ? 1 : 0;
  parsed.nameFrom = start + quotes;
  parsed.nameTo = end - quotes;
}

function assigned(left: Node): unknown {
  return left.type === 'MemberExpression' && !left.computed ? left.property : left;
}

function markParts(call: Node): void {
  const callee = call.callee as Node;
  const given = (call.arguments as Node[]) ?? [];
  const isRouted = isRouting(callee, given[0]);
  for (const value of [callee, ...given]) mark(value, !isRouted, isRouted ? 0 : 3);
}

/** Functions that are given on, `app.get('/a', auth, wrap(async (req, res) => ...))`, are routed as well. */
function mark(value: Node, isPart: boolean, depth: number): void {
  const parsed = value.parsed as ParsedFunction | undefined;
  if (parsed !== undefined && !parsed.isClass) parsed.isPart = isPart;
  if (depth > 2) return;
  const inner = value.type === 'CallExpression' ? value.arguments : value.elements;
  for (const each of (inner as (Node | null)[] | undefined) ?? []) {
    if (each !== null) mark(each, isPart, depth + 1);
  }
}

function isRouting(callee: Node, first: Node | undefined): boolean {
  if (callee.type !== 'MemberExpression' || callee.computed || first === undefined) return false;
  const name = (callee.property as { name?: string }).name ?? '';
  if (name === 'use') return true;
  if (!ROUTING.test(name)) return false;
  return isPath(first) || ROUTERS.test((callee.object as { name?: string }).name ?? '');
}

function isPath(node: Node): boolean {
  if (node.type === 'ArrayExpression')
    return (node.elements as (Node | null)[]).some((one) => one && isPath(one));
  if (node.type !== 'Literal') return false;
  return node.regex !== undefined || (typeof node.value === 'string' && /^[/*]/.test(node.value));
}

/**
 * The functions of a source, in the order in which they end, and what it calls and imports.
 *
 * @param isOver asked now and then; true ends it
 * @param onNode gets every node when it is complete, but statements inside of it are gone
 * @throws SyntaxError; {@link OutOfTime}
 */
export function parseSource(
  source: string,
  isOver: () => boolean = () => false,
  onNode: NodeListener | null = null,
): ParsedSource {
  try {
    return new OutlineParser(optionsOf('module'), source).read(isOver, onNode);
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
    return new OutlineParser(optionsOf('script'), source).read(isOver, onNode);
  }
}

function optionsOf(sourceType: 'module' | 'script'): Options {
  return {
    ecmaVersion: 'latest',
    sourceType,
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    checkPrivateFields: false,
  };
}

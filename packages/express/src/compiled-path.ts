/** A path recovered from what Express 4 compiled it to. */
export interface CompiledPath {
  pattern: string;
  /** True where the app wrote a regular expression and `pattern` is its literal. */
  isLiteral: boolean;
  /** The alternative's own regular expression, to see which one of several matched. */
  regexp: RegExp;
}

interface Key {
  name: string | number;
}

/** What path-to-regexp 0.1 appends to a path: an optional slash, then the end or a look at the next segment. */
const TAIL = /(?:\\\/\??)?(?:\$|\(\?[=:]\\\/\|\$\))$/;

/**
 * Rebuilds the paths that path-to-regexp 0.1 compiled: Express 4 keeps the expression and the keys of a mount, not the
 * text. One entry per alternative of an array; an expression that the app wrote itself is shown as its literal.
 *
 * @example
 * decompilePath(/^\/orgs(?:\/([^/]+?))\/?(?=\/|$)/i, [{ name: 'org' }])[0].pattern; // '/orgs/:org'
 */
export function decompilePath(regexp: RegExp, keys: readonly Key[]): CompiledPath[] {
  const reader = { keys, used: 0 };
  return splitAlternatives(regexp.source).map((source) => {
    const own = new RegExp(source, regexp.flags);
    const path = readPath(source, reader);
    return { pattern: path ?? String(own), isLiteral: path === undefined, regexp: own };
  });
}

/** Splits at `|` outside of groups and classes. Before 0.1.8 an array is wrapped in one group. */
function splitAlternatives(source: string): string[] {
  const whole = /^\(\?:(\^.*)\)$/s.exec(source)?.[1] ?? source;
  const parts: string[] = [];
  let [depth, start, inClass] = [0, 0, false];
  for (let at = 0; at < whole.length; at++) {
    const char = whole[at];
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) {
      parts.push(whole.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(whole.slice(start));
  return parts;
}

interface Reader {
  keys: readonly Key[];
  used: number;
}

/** The path behind one compiled alternative, undefined where it was not compiled from a string. */
function readPath(source: string, reader: Reader): string | undefined {
  const first = reader.used;
  const tail = TAIL.exec(source);
  const path = source.startsWith('^') && tail ? readSequence(source.slice(1, tail.index), reader) : undefined;
  // Keys are shared by all alternatives, so that this one's captures count even when its path was not understood.
  if (path === undefined) reader.used = first + captureCount(source);
  return path;
}

function captureCount(source: string): number {
  return (new RegExp(`${source}|`).exec('')?.length ?? 1) - 1;
}

function readSequence(source: string, reader: Reader): string | undefined {
  let path = '';
  for (let at = 0; at < source.length; ) {
    const char = source[at]!;
    if (char === '\\') {
      path += source[at + 1] ?? '';
      at += 2;
    } else if (char === '(') {
      const end = closingParenthesis(source, at);
      const group = end < 0 ? undefined : readGroup(source.slice(at + 1, end), reader);
      if (group === undefined) return undefined;
      path += group;
      at = end + 1;
    } else if (/[\^$[\]{}|)]/.test(char)) {
      return undefined;
    } else {
      path += char;
      at++;
    }
  }
  return path;
}

function readGroup(body: string, reader: Reader): string | undefined {
  if (body.startsWith('?:')) {
    const parts = splitAlternatives(body.slice(2)).map((part) => readSequence(part, reader));
    if (parts.includes(undefined)) return undefined;
    const inner = parts.join('|');
    // A group with one parameter was written `:name`; any other group was written by the app.
    return /^[./]*:/.test(inner) ? inner : `(${inner})`;
  }
  if (body.startsWith('?')) return undefined;
  const name = reader.keys[reader.used++]?.name;
  reader.used += captureCount(body);
  if (typeof name === 'number') return body === '.*' ? '*' : body.startsWith('(?:[') ? '*' : `(${body})`;
  if (name === undefined) return undefined;
  return /^\[\^[\\/.]+\]\+\?$|^\(\?:\(\?!/.test(body) ? `:${name}` : `:${name}(${body})`;
}

function closingParenthesis(source: string, open: number): number {
  let [depth, inClass] = [0, false];
  for (let at = open; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at;
  }
  return -1;
}

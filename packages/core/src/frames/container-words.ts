import type { OuterName } from './outer-names.ts';

/** What something is put into. */
export interface Container {
  /** As people read it; null where it need not outlive the function. */
  text: string | null;
  /** The longer it lives, the likelier it keeps what stayed. */
  score: number;
}

/** Globals whose methods keep nothing. */
const HARMLESS = new Set([
  ...[
    'console',
    'Math',
    'JSON',
    'Object',
    'Reflect',
    'Promise',
    'Array',
    'Number',
    'String',
    'Symbol',
    'Date',
  ],
  ...['Buffer', 'URL', 'Atomics', 'Intl', 'crypto', 'performance'],
]);
/** What a framework hands to handlers: it goes with the request. */
const OF_THE_REQUEST = /^(?:req|res|request|response|reply|ctx|context|next|socket|stream|headers?)$/i;

/** Of a name that the function's file declares around it. */
export function outerContainer({ where, what }: OuterName): Container {
  const kind = what === null || what === 'function' ? null : what;
  if (where === 'module')
    return { text: `a module-level ${kind ?? 'variable'}`, score: kind === null ? 90 : 100 };
  if (where === 'import') return { text: 'something imported', score: 75 };
  return { text: `${kind === null ? 'a variable' : article(kind)} of the enclosing function`, score: 70 };
}

/** Of a name that the file does not declare; null where nothing is kept by it. */
export function globalContainer(name: string): Container | null {
  if (HARMLESS.has(name)) return null;
  if (name === 'process') return { text: 'the process', score: 85 };
  return {
    text: name === 'globalThis' || name === 'global' ? 'the global object' : `the global ${name}`,
    score: 85,
  };
}

/** Of a parameter: only its caller knows how long it lives. */
export function parameterContainer(name: string): Container | null {
  return OF_THE_REQUEST.test(name) ? null : { text: null, score: 40 };
}

/** Of `this.x`. */
export function ownContainer(property: string | null): Container {
  return { text: property === null ? 'this' : `this.${property}`, score: 65 };
}

/** Of something that was taken out of a container. */
export function partOf({ text, score }: Container): Container {
  return { text: text && (text.startsWith('part of ') ? text : `part of ${text}`), score: score - 5 };
}

function article(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

import { fc } from './fast-check.ts';

/** A value that a JavaScript host may pass where a type says otherwise; labelled, because printing some of them throws. */
export interface Hostile {
  readonly label: string;
  readonly value: unknown;
  [fc.toStringMethod](): string;
}

export function hostile(label: string, value: unknown): Hostile {
  return { label, value, [fc.toStringMethod]: () => label };
}

/** Ten megabytes of one line. */
export const TEN_MB: string = 'x'.repeat(10 * 1024 * 1024);

const refuse = (): never => {
  throw new Error('refused');
};

/** Every operation on it throws. */
function throwingProxy(target: object): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse]);
  return new Proxy(target, Object.fromEntries(traps));
}

function revokedProxy(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Values whose text, prototype, fields or identity cannot be asked for without harm. */
const TRICKY: readonly Hostile[] = [
  hostile('undefined', undefined),
  hostile('null', null),
  hostile('NaN', Number.NaN),
  hostile('-0', -0),
  hostile('Infinity', Number.POSITIVE_INFINITY),
  hostile('1n', 1n),
  hostile('Symbol()', Symbol('s')),
  hostile('Symbol.for()', Symbol.for('s')),
  hostile('Symbol.iterator', Symbol.iterator),
  hostile('no prototype', Object.create(null)),
  hostile('toString throws', { toString: refuse, valueOf: refuse }),
  hostile('toPrimitive throws', { [Symbol.toPrimitive]: refuse }),
  hostile('toString gives a symbol', { toString: () => Symbol('s') }),
  hostile('toString gives 10 MB', { toString: () => TEN_MB }),
  hostile('getters throw', Object.defineProperty({}, 'subject', { get: refuse, enumerable: true })),
  hostile('throwing proxy', throwingProxy({})),
  hostile(
    'throwing function',
    throwingProxy(() => undefined),
  ),
  hostile('revoked proxy', revokedProxy({})),
  hostile('revoked array', revokedProxy([])),
  hostile(
    'revoked function',
    revokedProxy(() => undefined),
  ),
  hostile('array of itself', circular()),
  hostile('sparse array', new Array(1000)),
  hostile('class', class {}),
  hostile('String object', new String('GET /')),
  hostile('10 MB', TEN_MB),
  hostile('Buffer', Buffer.alloc(1000, 'x')),
];

function circular(): unknown[] {
  const array: unknown[] = [];
  array.push(array);
  return array;
}

/** Texts that mean something to objects, to logs, to terminals or to the guard itself. */
const MEANINGFUL: readonly string[] = [
  '',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '(other)',
  '(ignored)',
  '(every request)',
  '(background)',
  'route a',
  'GET /users/:id',
  'GET /\u001b[2J\u009b31m\u0007',
  'a\nb\r\nc\u2028d\u2029e\u0085f',
  '\u202egnp.exe\u2066',
  '\ud800',
  'x\udc00y',
  `${'x'.repeat(254)}🦊🦊`,
  '🦊'.repeat(200),
  '"\\,{}',
  '\ufeff',
  '\0',
];

/** Any text: meaningful ones, any Unicode, any UTF-16 with its lone surrogates, long ones. */
export function anyText(): fc.Arbitrary<string> {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  return fc.oneof(
    fc.constantFrom(...MEANINGFUL),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit, maxLength: 40 }),
    fc
      .tuple(fc.string({ unit, maxLength: 4 }), fc.integer({ min: 1, max: 400 }))
      .map(([s, n]) => s.repeat(n)),
  );
}

/** A value that harms whoever asks it something. */
export function trickyValue(): fc.Arbitrary<Hostile> {
  return fc.constantFrom(...TRICKY);
}

/** Any value of the language. */
export function anyValue(): fc.Arbitrary<Hostile> {
  return fc.oneof(
    trickyValue(),
    anyText().map((text) => hostile(JSON.stringify(text).slice(0, 200), text)),
    fc.double().map((number) => hostile(String(number), number)),
    fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 2 })
      .map((value) => hostile(fc.stringify(value).slice(0, 200), value)),
  );
}

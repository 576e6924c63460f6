import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../../../../test/fuzz/fast-check.ts';
import { anyText, anyValue, type Hostile, hostile } from '../../../../test/fuzz/hostile-values.ts';
import { guardOn } from '../../src/guard.ts';
import type { Guard, GuardOptions, ScopeId, Unit } from '../../src/types.ts';
import { FakeRuntime } from '../fake-runtime.ts';

/** A guard on a runtime of the test's, and what it told. */
export interface RealGuard {
  guard: Guard;
  runtime: FakeRuntime;
  units: Unit[];
  /** What scope() gave, and ids that no guard ever gave. */
  ids: unknown[];
  messages: string[];
  linesOf: () => string[];
}

/** What the guard must know of the same calls, kept in the plainest way. */
export interface GuardModel {
  open: boolean;
  /** By unit: the id it was last said to be in, or null; `ended` once it ended. */
  units: { entered: unknown; ended: boolean }[];
  given: Set<unknown>;
  /** Units that ended in an id that the guard gave. */
  finished: number;
  finishedById: Map<unknown, number>;
}

export function realGuard(options: GuardOptions, folder: string): RealGuard {
  const runtime = new FakeRuntime();
  const messages: string[] = [];
  const log = (_: object, message: string): void => void messages.push(message);
  const guard = guardOn(runtime, {
    enabled: true,
    logger: { info: log, warn: log, error: log },
    logFile: join(folder, 'growth.ndjson'),
    ...options,
  });
  guard.on('error', (error) => messages.push(`error: ${error.message}`));
  const linesOf = (): string[] =>
    readFileSync(join(folder, `growth.${process.pid}.ndjson`), 'utf8').split('\n');
  return { guard, runtime, units: [], ids: [], messages, linesOf };
}

export function emptyModel(): GuardModel {
  return { open: true, units: [], given: new Set(), finished: 0, finishedById: new Map() };
}

/** One call on both. */
type Run = (model: GuardModel, real: RealGuard) => void;

class Step implements fc.Command<GuardModel, RealGuard> {
  readonly #text: string;
  readonly run: Run;

  constructor(text: string, run: Run) {
    this.#text = text;
    this.run = run;
  }

  check(): boolean {
    return true;
  }

  toString(): string {
    return this.#text;
  }
}

function scope(kind: unknown, name: Hostile): Step {
  return new Step(`scope(${String(kind)}, ${name.label})`, (model, { guard, ids }) => {
    const id = guard.scope(kind as never, name.value as never);
    model.given.add(id);
    ids.push(id);
  });
}

const foreignId = (id: Hostile): Step => new Step(`id ${id.label}`, (_, { ids }) => void ids.push(id.value));

const begin = new Step('begin', (model, { guard, units }) => {
  units.push(guard.begin());
  model.units.push({ entered: null, ended: !model.open });
});

function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(1, list.length)];
}

function enter(unitAt: number, idAt: number): Step {
  return new Step(`enter(${unitAt}, ${idAt})`, (model, real) => {
    const [unit, state, id] = [pick(real.units, unitAt), pick(model.units, unitAt), pick(real.ids, idAt)];
    unit?.enter(id as ScopeId);
    if (state?.ended === false && model.open && model.given.has(id)) state.entered = id;
  });
}

function end(unitAt: number, idAt: number, seen: Hostile): Step {
  return new Step(`end(${unitAt}, ${idAt}, ${seen.label})`, (model, real) => {
    const [unit, state, id] = [pick(real.units, unitAt), pick(model.units, unitAt), pick(real.ids, idAt)];
    unit?.end(id as ScopeId, seen.value as never);
    if (state === undefined || state.ended || !model.open) return;
    state.ended = true;
    if (!model.given.has(id)) return;
    model.finished += 1;
    model.finishedById.set(id, (model.finishedById.get(id) ?? 0) + 1);
  });
}

const gcs = (count: number, bytes: number): Step =>
  new Step(`${count} GCs, heap ${bytes}`, (_, { runtime }) => {
    for (let gc = 0; gc < count; gc++) {
      runtime.heapBytes = Math.max(0, runtime.heapBytes + bytes);
      runtime.pass(100);
      runtime.allGcsKnown();
      runtime.majorGc();
    }
  });

const tick = (ms: number): Step => new Step(`pass(${ms})`, (_, { runtime }) => runtime.pass(ms));

/** A minute and more in which one scope leaks, so that verdicts change, lines are written and names are told. */
function leak(idAt: number, bytesPerUnit: number): Step {
  return new Step(`leak(${idAt}, ${bytesPerUnit})`, (model, real) => {
    const id = pick(real.ids, idAt);
    for (let row = 0; row < 90; row++) {
      const units = 20 + ((row * 7919) % 60);
      for (let n = 0; n < units; n++) real.guard.begin().end(id as ScopeId);
      if (model.open && model.given.has(id)) {
        model.finished += units;
        model.finishedById.set(id, (model.finishedById.get(id) ?? 0) + units);
      }
      real.runtime.heapBytes += bytesPerUnit * units;
      real.runtime.pass(1000);
      real.runtime.majorGc();
    }
  });
}

/** A unit alone that allocates; whether its GCs are known at once is left to what comes after. */
function allocate(idAt: number, bytes: number): Step {
  return new Step(`allocate(${idAt}, ${bytes})`, (model, real) => {
    const id = pick(real.ids, idAt);
    const unit = real.guard.begin();
    real.runtime.heapBytes += bytes;
    unit.end(id as ScopeId);
    if (!model.open || !model.given.has(id)) return;
    model.finished += 1;
    model.finishedById.set(id, (model.finishedById.get(id) ?? 0) + 1);
  });
}

const gcsKnown = new Step('all GCs known', (_, { runtime }) => runtime.allGcsKnown());

const close = new Step('close', (model, { guard }) => {
  void guard.close();
  model.open = false;
});

const at = fc.nat({ max: 40 });
const anyName = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e').map((name) => hostile(name, name)) },
  { weight: 2, arbitrary: anyText().map((text) => hostile(JSON.stringify(text), text)) },
  anyValue(),
);
const anyKind = fc.constantFrom('route', 'job', 'constructor', undefined, null);
const subject = fc.oneof(
  fc.constant(hostile('a subject', { subject: {} })),
  anyValue().map(asSubject),
  anyValue(),
);

function asSubject({ label, value }: Hostile): Hostile {
  return hostile(`{ subject: ${label} }`, { subject: value });
}

/** Sequences of calls as a host may make them, the good ones more often than the mad ones. */
export const anySteps: fc.Arbitrary<Iterable<fc.Command<GuardModel, RealGuard>>> = fc.commands(
  [
    fc.tuple(anyKind, anyName).map(([kind, name]) => scope(kind, name)),
    fc.tuple(anyKind, anyName).map(([kind, name]) => scope(kind, name)),
    anyValue().map(foreignId),
    fc.constant(begin),
    fc.constant(begin),
    fc.tuple(at, at).map(([unit, id]) => enter(unit, id)),
    fc.tuple(at, at, subject).map(([unit, id, seen]) => end(unit, id, seen)),
    fc.tuple(at, at, subject).map(([unit, id, seen]) => end(unit, id, seen)),
    fc
      .tuple(fc.constantFrom(1, 1, 4, 25), fc.integer({ min: -(2 ** 22), max: 2 ** 22 }))
      .map(([n, bytes]) => gcs(n, bytes)),
    fc.constantFrom(1, 1000, 60_000, 600_000).map(tick),
    fc.tuple(at, fc.constantFrom(0, 300, 5000)).map(([id, bytes]) => leak(id, bytes)),
    fc.tuple(at, fc.constantFrom(0, 2 ** 21)).map(([id, bytes]) => allocate(id, bytes)),
    fc.constant(gcsKnown),
    fc.constantFrom(close, begin, begin, begin, begin, begin),
  ],
  { maxCommands: 60, size: 'max' },
);

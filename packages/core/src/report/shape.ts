/** A value is not what it has to be; the message says where. */
export class ShapeError extends Error {}

/**
 * A value of unknown shape, with its place for the message. Each method gives what it was asked for or throws {@link ShapeError}.
 * Written here: a schema validator would be a dependency of every server that the guard runs in.
 */
export class Shape {
  readonly value: unknown;
  readonly #place: string;

  constructor(place: string, value: unknown) {
    this.#place = place;
    this.value = value;
  }

  field(name: string): Shape {
    return new Shape(
      `${this.#place}.${name}`,
      Object.hasOwn(this.#object(), name) ? this.#object()[name] : undefined,
    );
  }

  /** The field as an object to be spread, empty where it is missing. */
  optional<K extends string, T>(name: K, read: (field: Shape) => T): Partial<Record<K, T>> {
    const field = this.field(name);
    return field.value === undefined ? {} : ({ [name]: read(field) } as Record<K, T>);
  }

  orNull<T>(read: (shape: Shape) => T): T | null {
    return this.value === null ? null : read(this);
  }

  list<T>(read: (item: Shape) => T): T[] {
    if (!Array.isArray(this.value)) this.#fail('a list');
    // Not `map`, which leaves out the holes of a list that never was JSON.
    return Array.from(this.value, (item, index) => read(new Shape(`${this.#place}[${index}]`, item)));
  }

  record<T>(read: (value: Shape) => T): Record<string, T> {
    // Own properties whatever their name: `__proto__` set by assignment would be none.
    return Object.fromEntries(Object.keys(this.#object()).map((name) => [name, read(this.field(name))]));
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.#fail('text');
  }

  number(): number {
    // JSON has a -0 that it does not write again.
    return typeof this.value === 'number' && Number.isFinite(this.value)
      ? this.value + 0
      : this.#fail('a number');
  }

  /** Not negative. */
  amount(): number {
    return this.number() >= 0 ? this.number() : this.#fail('a number of 0 or more');
  }

  /** A whole number from 0. */
  count(max: number = Number.MAX_SAFE_INTEGER): number {
    const isCount = Number.isInteger(this.value) && this.number() >= 0 && this.number() <= max;
    return isCount ? this.number() : this.#fail(`a whole number from 0 to ${max}`);
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    return allowed.find((item) => item === this.value) ?? this.#fail(`one of ${allowed.join(', ')}`);
  }

  /** ISO 8601. */
  time(): string {
    return Number.isNaN(Date.parse(this.string())) ? this.#fail('a time') : this.string();
  }

  #object(): Record<string, unknown> {
    const isObject = typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
    return isObject ? (this.value as Record<string, unknown>) : this.#fail('an object');
  }

  #fail(wanted: string): never {
    throw new ShapeError(`${this.#place} must be ${wanted}`);
  }
}

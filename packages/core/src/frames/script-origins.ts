import type { ScriptOutline } from './script-outline.ts';
import type { OriginalPosition, SourceMap } from './source-map.ts';

/** Where the functions of a generated script came from: so much of its source map is kept. */
export class ScriptOrigins {
  readonly #paths: string[] = [];
  readonly #positions: Int32Array;
  readonly #names: (string | null)[] = [];

  constructor(outline: ScriptOutline, map: SourceMap) {
    const paths = new Map<string, number>();
    this.#positions = new Int32Array(3 * outline.count).fill(-1);
    for (let index = 0; index < outline.count; index++) {
      const found = map.original(outline.position(index));
      this.#names.push(originalName(outline, index, map) ?? found?.name ?? null);
      if (found === null) continue;
      if (!paths.has(found.path)) paths.set(found.path, this.#paths.push(found.path) - 1);
      this.#positions.set([paths.get(found.path)!, found.line, found.column], 3 * index);
    }
  }

  /** Bytes it takes, roughly. */
  get bytes(): number {
    return 4 * this.#positions.length + 24 * this.#names.length + 100 * this.#paths.length;
  }

  /** Null for what no source was written for: helpers of a compiler. */
  at(index: number): OriginalPosition | null {
    const path = this.#paths[this.#positions[3 * index] ?? -1];
    if (path === undefined) return null;
    const [line, column] = [this.#positions[3 * index + 1]!, this.#positions[3 * index + 2]!];
    return { path, line, column, name: this.#names[index] ?? null };
  }
}

/** Minifiers map the name, not the `(` after it. */
function originalName(outline: ScriptOutline, index: number, map: SourceMap): string | null {
  const range = outline.nameRange(index);
  return range === null ? null : (map.original(outline.positionOf(range[0]))?.name ?? null);
}

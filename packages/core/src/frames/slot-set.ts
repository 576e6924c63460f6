/** Slots of scopes, ascending and each once. Small arrays take less than sets, and most hold one. */
export type Slots = readonly number[];

export const NO_SLOTS: Slots = Object.freeze([]);

/** Of both. */
export function union(a: Slots, b: Slots): Slots {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  if (b.every((slot) => a.includes(slot))) return a;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

/** In both. */
export function intersection(a: Slots, b: Slots): Slots {
  return a === b ? a : a.filter((slot) => b.includes(slot));
}

/** All but one. */
export function without(slots: Slots, slot: number): Slots {
  return slots.includes(slot) ? slots.filter((one) => one !== slot) : slots;
}

/** Stands for growth that the report gives to no scope. */
export const UNATTRIBUTED = '(unattributed)';

/**
 * When a scope was first seen with a verdict; null: never. A mark is how many units of the whole run were done by then, or
 * whatever else a run counts in.
 *
 * @template [Mark=number]
 * @typedef {{ growing: Mark | null, leaking: Mark | null }} FirstSeen
 */

/**
 * Remembers which scopes were ever `growing` or `leaking` in a run, from events and from reports in between, so that a
 * verdict that was taken back counts too.
 *
 * @template [Mark=number]
 */
export class RunHistory {
  /** @type {Map<string, FirstSeen<Mark>>} */
  #scopes = new Map();

  /** @param {string} scope @param {string} verdict @param {Mark} mark now */
  note(scope, verdict, mark) {
    if (verdict !== 'growing' && verdict !== 'leaking') return;
    const seen = this.#scopes.get(scope) ?? { growing: null, leaking: null };
    seen[verdict] ??= mark;
    this.#scopes.set(scope, seen);
  }

  /** @param {import('@leakguard/core').GrowthReport} report @param {Mark} mark now */
  noteReport(report, mark) {
    for (const { scope, verdict } of report.scopes) this.note(scope, verdict, mark);
    if (report.unattributed) this.note(UNATTRIBUTED, report.unattributed.verdict, mark);
  }

  /** @returns {Record<string, FirstSeen<Mark>>} as plain JSON */
  toJSON() {
    return Object.fromEntries(this.#scopes);
  }
}

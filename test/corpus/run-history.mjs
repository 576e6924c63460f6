/** Stands for growth that the report gives to no scope. */
export const UNATTRIBUTED = '(unattributed)';

/**
 * How many units of the whole run were done when a scope was first seen with a verdict; null: never.
 *
 * @typedef {{ growing: number | null, leaking: number | null }} FirstSeen
 */

/**
 * Remembers which scopes were ever `growing` or `leaking` in a run, from events and from reports in between, so that a
 * verdict that was taken back counts too.
 */
export class RunHistory {
  /** @type {Map<string, FirstSeen>} */
  #scopes = new Map();

  /** @param {string} scope @param {string} verdict @param {number} units done so far */
  note(scope, verdict, units) {
    if (verdict !== 'growing' && verdict !== 'leaking') return;
    const seen = this.#scopes.get(scope) ?? { growing: null, leaking: null };
    seen[verdict] ??= units;
    this.#scopes.set(scope, seen);
  }

  /** @param {import('@leakguard/core').GrowthReport} report @param {number} units done so far */
  noteReport(report, units) {
    for (const { scope, verdict } of report.scopes) this.note(scope, verdict, units);
    if (report.unattributed) this.note(UNATTRIBUTED, report.unattributed.verdict, units);
  }

  /** @returns {Record<string, FirstSeen>} as plain JSON */
  toJSON() {
    return Object.fromEntries(this.#scopes);
  }
}

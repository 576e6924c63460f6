import { UNDECIDED } from '../decide/findings.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../measure/floor.ts';
import type { UnattributedReport } from '../types.ts';

/** What a source is called in candidate lists: a scope's name, or the two sources that are no scope. */
export function sourceName(source: number, nameOf: (scope: number) => string): string {
  if (source === EVERY_REQUEST) return '(every request)';
  if (source === BACKGROUND) return '(background)';
  return nameOf(source - FIRST_SCOPE);
}

/** The kind of a source that is no scope. */
export function unattributedSource(source: number): UnattributedReport['source'] {
  if (source === UNDECIDED) return 'undecided';
  return source === BACKGROUND ? 'background' : 'every-request';
}

import { textOf } from '../contain.ts';
import type { ScopeKind } from '../types.ts';

/** Route patterns are shorter; what is longer is a name that somebody made of data. */
const MAX_LENGTH = 256;

/** What would break a line of a log or turn the text around it: controls, lone surrogates, line separators, bidi controls. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * The name under which a scope is kept and shown, from whatever a host gave: one line of at most 256 characters in which
 * every character that cannot be printed is U+FFFD. Names that differ in nothing else are one scope. Never throws.
 */
export function scopeName(given: unknown): string {
  const text = typeof given === 'string' ? given : textOf(given);
  const kept = text.length > MAX_LENGTH ? `${start(text)}…` : text;
  return kept.replace(UNPRINTABLE, '\uFFFD') || '(unnamed)';
}

/** Cut between characters, not in the middle of one that takes two places. */
function start(text: string): string {
  return text.slice(0, MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '');
}

/** Whether a name may be one that `scopeName` gives, so that looking for it costs little. */
export function isScopeName(given: unknown): given is string {
  return typeof given === 'string' && given.length <= MAX_LENGTH;
}

/** JavaScript hosts can pass anything: what is no job is a route. */
export function scopeKind(given: ScopeKind): ScopeKind {
  return given === 'job' ? 'job' : 'route';
}

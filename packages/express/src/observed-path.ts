type Matcher = (path: string) => { path: string; params: Record<string, unknown> } | false;

/** Stands for a whole segment; no app's literal path contains it. */
const PROBE = 'leakguard-probe-segment';

/**
 * Works out the pattern of a mount that keeps only its matcher (router 2.0 to 2.2), from one text that it matched: a
 * segment that may be anything, and then shows up as a parameter, is that parameter; the others are literal. Undefined
 * where that does not explain every parameter (wildcards, `user-:id`, regular expressions): a literal could then be
 * part of a URL.
 */
export function observePath(matches: Matcher | undefined, seen: string): string | undefined {
  // The router names its wrapper of a regular expression so; without captures it says nothing of what may vary.
  if (matches === undefined || matches.name === 'regexpMatcher') return undefined;
  const found = matches(seen);
  if (found === false) return undefined;
  const unexplained = new Set(Object.keys(found.params));
  const segments = seen.split('/').map((segment, at, all) => {
    const name = segment && parameterAt(matches, all.toSpliced(at, 1, PROBE).join('/'));
    if (name) unexplained.delete(name);
    return name ? `:${name}` : segment;
  });
  return unexplained.size === 0 ? segments.join('/') : undefined;
}

function parameterAt(matches: Matcher, probe: string): string | undefined {
  const found = matches(probe);
  if (found === false) return undefined;
  return Object.keys(found.params).find((name) => found.params[name] === PROBE);
}

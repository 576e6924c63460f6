import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as bullmq5 from 'bullmq5';
import * as bullmq6 from 'bullmq6';
import { Redis as Redis6 } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { expect, it } from 'vitest';

/** A major version of BullMQ with the ioredis that belongs to it. */
export interface BullMajor {
  major: 5 | 6;
  bullmq: Pick<typeof bullmq6, 'Queue' | 'Worker'>;
  Redis: typeof Redis6;
}

/** As `describe.each` takes them; what both majors have in common is typed as 6. */
export const MAJORS: readonly BullMajor[] = [
  { major: 5, bullmq: bullmq5 as never, Redis: Redis5 as never },
  { major: 6, bullmq: bullmq6, Redis: Redis6 },
];

/** The aliases are the majors that they say. */
export function checkMajors(): void {
  const require = createRequire(import.meta.url);
  it.each(MAJORS.map(({ major }) => major))('bullmq%i is BullMQ of that major', (major) => {
    const file = require.resolve(`bullmq${major}/package.json`);
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toMatch(new RegExp(`^${major}\\.`));
  });
}

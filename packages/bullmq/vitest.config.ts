import { projectConfig } from '../../vitest.shared.ts';

/**
 * Tests that run side by side start processes that load a program: five at a time are no faster than two where there are two
 * cores, and each of them takes longer. The timeout is above what the tests' own `until` waits, which says what it waited for.
 */
export default projectConfig('bullmq', { maxConcurrency: 2, testTimeout: 180_000 });

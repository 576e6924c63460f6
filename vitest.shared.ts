import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Only ends what would never end: a busy machine must not fail a test that is right. */
const TEST_TIMEOUT_MS = 60_000;

/** What every workspace's vitest config shares: siblings resolve to their sources, so nothing has to be built first. */
export function projectConfig(name: string, test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    ssr: { resolve: { conditions: ['@leakguard/source', 'module', 'node'] } },
    test: { name, include: ['test/**/*.test.ts'], pool: 'forks', testTimeout: TEST_TIMEOUT_MS, ...test },
  });
}

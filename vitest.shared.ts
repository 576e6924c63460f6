import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What every workspace's vitest config shares: siblings resolve to their sources, so nothing has to be built first. */
export function projectConfig(name: string, test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    ssr: { resolve: { conditions: ['@leakguard/source', 'module', 'node'] } },
    // The timeout only ends what would never end: waiting for natural GCs takes seconds on a busy machine.
    test: { name, include: ['test/**/*.test.ts'], pool: 'forks', testTimeout: 60_000, ...test },
  });
}

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'test', 'examples/*'],
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});

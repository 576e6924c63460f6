import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** How a process of the test runner ended that should not have: vitest says only that it did. */
const deaths: string[] = [];

/** States of a file that did not come to its end, also before its tests were known. */
const OPEN: ReadonlySet<string> = new Set(['pending', 'queued']);

/** Where `run-tests.mjs` reads the figures. */
const TALLY_FILE = process.env.LEAKGUARD_TEST_TALLY;

subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  child.once('exit', (code, signal) => {
    if (code !== 0) deaths.push(`process ${child.pid}: ${signal ?? `exit code ${code}`}`);
  });
});

/**
 * Prints the one line that a build server reads: how many tests passed, failed and were skipped. A test that had not ended when its
 * process died has failed; which ones, and how the process died, is told before that.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0;
    let failed = 0;
    let skipped = 0;
    let endedInDied = 0;
    const unfinished: string[] = [];
    const died: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && module.children.size === 0) failed += 1;
      const states = [...module.children.allTests()].map((test) => test.result().state);
      if (states.includes('pending') || OPEN.has(module.state())) {
        died.push(module.moduleId);
        endedInDied += states.filter((state) => state === 'passed').length;
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped += 1;
        else failed += 1;
        if (state === 'pending') unfinished.push(title(module, test));
      }
    }
    const tally = {
      passed,
      failed: failed - unfinished.length,
      skipped,
      died,
      unfinished: unfinished.length,
    };
    if (TALLY_FILE !== undefined) writeFileSync(TALLY_FILE, JSON.stringify({ ...tally, endedInDied }));
    if (unfinished.length > 0) process.stdout.write(notFinished(unfinished));
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}

function title(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}

function notFinished(titles: readonly string[]): string {
  const lines = titles.map((each) => `  ${each}`).join('\n');
  const how = deaths.map((each) => `  ${each}`).join('\n');
  return `\nNot finished:\n${lines}\nProcesses that the test runner lost or ended:\n${how}\n`;
}

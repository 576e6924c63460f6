import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

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
 * Prints the one line that a build server reads: how many tests passed, failed and were skipped. What had not ended when its process
 * died has failed: a test, or a whole file whose tests were not known yet. Which, and how the process died, is told before that.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const unfinished: string[] = [];
    const died: string[] = [];
    let passedInDied = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const pending = tests.filter((test) => test.result().state === 'pending');
      const passed = tests.filter((test) => test.result().state === 'passed').length;
      count.passed += passed;
      count.skipped += tests.filter((test) => test.result().state === 'skipped').length;
      count.failed += tests.filter((test) => test.result().state === 'failed').length;
      if (module.state() === 'failed' && module.children.size === 0) count.failed += 1;
      if (pending.length === 0 && !OPEN.has(module.state())) continue;
      died.push(module.moduleId);
      passedInDied += passed;
      unfinished.push(...pending.map(({ fullName }) => `${module.relativeModuleId} > ${fullName}`));
      if (tests.length === 0) unfinished.push(module.relativeModuleId);
    }
    const otherErrors = errors.filter((error) => !isDeath(error)).length;
    const tally = { ...count, unfinished: unfinished.length, died, passedInDied, otherErrors };
    if (TALLY_FILE !== undefined) writeFileSync(TALLY_FILE, JSON.stringify(tally));
    if (unfinished.length > 0) process.stdout.write(notFinished(unfinished));
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${count.passed} passed, ${count.failed + unfinished.length} failed${skipped}\n`);
  }
}

/** What vitest says of a process that died, by whatever. */
function isDeath({ cause }: SerializedError): boolean {
  return (cause as { message?: string } | undefined)?.message === 'Worker exited unexpectedly';
}

function notFinished(titles: readonly string[]): string {
  const lines = titles.map((each) => `  ${each}`).join('\n');
  const how = deaths.map((each) => `  ${each}`).join('\n');
  return `\nNot finished:\n${lines}\nProcesses that the test runner lost or ended:\n${how}\n`;
}

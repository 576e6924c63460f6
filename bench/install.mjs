import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Installs the benches' rivals and tools into bench/node_modules, exactly as locked, if they are not there. */
export function installBenchPackages() {
  // npm writes this file last, so an interrupted install is done again.
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  const command = existsSync(`${folder}package-lock.json`) ? 'ci' : 'install';
  console.log(`bench: npm ${command} in ${folder}`);
  const { status } = spawnSync('npm', [command, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`bench: npm ${command} failed in ${folder}`);
}

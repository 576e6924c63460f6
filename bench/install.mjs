import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Installs the benches' rivals and tools into bench/node_modules, exactly as locked, if they are not there. */
export function installBenchPackages() {
  // npm writes the first file last, so an interrupted install is done again; the others, for a checkout that got new ones.
  const { dependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  const wanted = ['.package-lock.json', ...Object.keys(dependencies)];
  if (wanted.every((each) => existsSync(`${folder}node_modules/${each}`))) return;
  const command = existsSync(`${folder}package-lock.json`) ? 'ci' : 'install';
  console.log(`bench: npm ${command} in ${folder}`);
  const { status } = spawnSync('npm', [command, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`bench: npm ${command} failed in ${folder}`);
}

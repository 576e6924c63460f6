import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The oldest Node that is supported, and the last of each line; exact, so that a run can be repeated. */
export const NODE_VERSIONS = ['20.19.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];

/**
 * The path of that Node's binary, which npm has as a package per platform. It is kept in `.cache`, outside of the
 * workspaces.
 *
 * @param {string} version
 */
export function nodeBinary(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = fileURLToPath(new URL(`../../.cache/node-${version}/`, import.meta.url));
  const binary = `${folder}node_modules/${name}/bin/node${process.platform === 'win32' ? '.exe' : ''}`;
  if (versionOf(binary) === version) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, `${JSON.stringify({ private: true })}\n`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`], {
    cwd: folder,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const actual = versionOf(binary);
  if (actual !== version) throw new Error(`${binary} is Node ${actual}, not ${version}`);
  return binary;
}

/**
 * The versions of a comma-separated list of majors or exact versions.
 *
 * @param {string} list
 */
export function chosenVersions(list) {
  return list.split(',').map((wanted) => {
    const version = NODE_VERSIONS.findLast((each) => each === wanted || each.startsWith(`${wanted}.`));
    if (version === undefined)
      throw new Error(`no Node ${wanted} here; there are ${NODE_VERSIONS.join(', ')}`);
    return version;
  });
}

/**
 * The environment in which `node` is that binary, also for what it starts in turn.
 *
 * @param {string} binary
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentOf(binary) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const folder = binary.replace(/[/\\][^/\\]+$/, '');
  return { ...process.env, PATH: `${folder}${separator}${process.env.PATH}` };
}

/** @param {string} binary */
function versionOf(binary) {
  try {
    return execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .slice(1);
  } catch {
    return undefined;
  }
}

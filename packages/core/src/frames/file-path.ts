/**
 * Paths as V8 and source maps name files, all with forward slashes, so that one path is written one way on every system:
 * `file:///C:/app/x.js`, `C:\app\x.js` and `/app/x.js`.
 */

/** Where V8 says a script came from; null where it came from no file (`evalmachine.<anonymous>`, `node:fs`, `data:`). */
export function filePath(url: string): string | null {
  if (url.startsWith('file:')) return fileOfUrl(url);
  if (url.startsWith('/')) return url;
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(url) ? url.replaceAll('\\', '/') : null;
}

function fileOfUrl(url: string): string | null {
  try {
    const { host, pathname } = new URL(url);
    const path = decodeURIComponent(pathname);
    if (host !== '') return `//${host}${path}`;
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  } catch {
    return null;
  }
}

/** True for what Node itself runs. */
export function isNodes(url: string): boolean {
  return url.startsWith('node:');
}

/** Below `folder` the rest of the path, else the path as it is. */
export function below(folder: string, path: string): string {
  const root = folder.endsWith('/') ? folder : `${folder}/`;
  const start = path.slice(0, root.length);
  const isBelow = start === root || (/^[A-Za-z]:/.test(root) && start.toLowerCase() === root.toLowerCase());
  return isBelow ? path.slice(root.length) : path;
}

/** The folder of a file, without the slash at its end; empty at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A path beside a file, `..` and `.` taken out; absolute ones stay. */
export function besideFile(file: string, relative: string): string {
  if (relative.startsWith('/') || /^[A-Za-z]:/.test(relative)) return relative;
  const parts = folderOf(file).split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Name of the package below the last `node_modules` of a path, and where that package lies; null for other paths. */
export function installedPackage(path: string): { name: string; folder: string } | null {
  const at = path.lastIndexOf('node_modules/');
  if (at < 0 || (at > 0 && path[at - 1] !== '/')) return null;
  const from = at + 'node_modules/'.length;
  const name = /^(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path.slice(from))?.[0];
  return name === undefined ? null : { name, folder: path.slice(0, from + name.length) };
}

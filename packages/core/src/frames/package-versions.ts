import { LRUCache } from 'lru-cache';
import { folderOf, installedPackage } from './file-path.ts';

/** Folders that are remembered: the packages of one app are hundreds, its folders some thousands. */
const MAX_FOLDERS = 2000;

interface Identity {
  name: string;
  version: string;
  folder: string;
}

/** The package whose file something is. */
export interface FilePackage {
  /** Its own name, which an alias (`npm:express@4`) does not change. */
  name: string;
  /** `keyv@5.5.0`, or `keyv` where its version cannot be read. */
  label: string;
  /** False for the app itself and for packages of its own workspace. */
  isInstalled: boolean;
  /** The file inside of the package. */
  file: string;
}

/** Reads which package a file belongs to: that of the nearest `package.json` that has a name and a version. */
export class PackageVersions {
  readonly #read: (path: string) => string | null;
  readonly #byFolder = new LRUCache<string, { identity: Identity | null }>({ max: MAX_FOLDERS });

  /** @param read the text of a file, null where there is none */
  constructor(read: (path: string) => string | null) {
    this.#read = read;
  }

  /** Null where no package tells that it is its file. */
  packageOf(path: string): FilePackage | null {
    const nearest = this.#nearest(folderOf(path));
    const installed = installedPackage(path);
    if (installed === null)
      return (
        nearest && { ...labelled(nearest), isInstalled: false, file: path.slice(nearest.folder.length + 1) }
      );
    // What lies above an installed package that cannot be read is not its `package.json`.
    const isOwn = nearest !== null && `${nearest.folder}/`.startsWith(`${installed.folder}/`);
    const { name } = installed;
    const file = path.slice(installed.folder.length + 1);
    return { ...(isOwn ? labelled(nearest) : { name, label: name }), isInstalled: true, file };
  }

  /** Folders inside of a package may have a `package.json` without a name, which only says `"type": "module"`. */
  #nearest(folder: string): Identity | null {
    const known = this.#byFolder.get(folder);
    if (known !== undefined) return known.identity;
    const own = this.#own(folder);
    const identity = own ?? (folder === '' ? null : this.#nearest(folderOf(folder)));
    this.#byFolder.set(folder, { identity });
    return identity;
  }

  #own(folder: string): Identity | null {
    const text = this.#read(`${folder}/package.json`);
    if (text === null) return null;
    try {
      const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
      if (typeof name !== 'string' || typeof version !== 'string' || !name || !version) return null;
      return { name, version, folder };
    } catch {
      return null;
    }
  }
}

function labelled({ name, version }: Identity): { name: string; label: string } {
  return { name, label: `${name}@${version}` };
}

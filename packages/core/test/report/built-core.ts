import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export interface BuiltCore {
  /** For `import` in another process or thread. */
  url: string;
  remove: () => void;
}

/** Core's sources as one module that plain Node can load, so that other processes and threads can run it unbuilt; of another file what that exports. */
export async function builtCore(entry = 'src/index.ts'): Promise<BuiltCore> {
  // Inside the package, so that its dependencies are found. A fresh install may have put all of them further up.
  mkdirSync(join(PACKAGE, 'node_modules'), { recursive: true });
  const folder = mkdtempSync(join(PACKAGE, 'node_modules', '.built-'));
  await build({
    root: PACKAGE,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: entry,
      outDir: folder,
      rolldownOptions: { output: { entryFileNames: 'core.mjs' } },
    },
  });
  return {
    url: pathToFileURL(join(folder, 'core.mjs')).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Last step of the build of a package that is published as ESM and as CommonJS, run in its folder: the files below
 * dist/cjs are CommonJS, although the package itself says `"type": "module"`.
 */
import { writeFileSync } from 'node:fs';

writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Languages of code blocks that are no programs of their own, and why. */
const NO_PROGRAM: Record<string, string> = {
  sh: 'commands that install, start servers or take minutes; that what they name exists is checked apart',
  '': 'what a command prints, or a tree of folders',
  text: 'the same',
  json: 'data',
};

/** Languages of code blocks that are programs. */
const EXTENSIONS: Record<string, string> = { js: 'mjs', ts: 'mts' };

export interface Block {
  readme: string;
  line: number;
  language: string;
  code: string;
}

export interface Program {
  /** README and line of its last block. */
  title: string;
  extension: string;
  code: string;
  /** The error that it says it ends with, in a comment `// throws Name`. */
  throws: string | undefined;
}

/** All READMEs, and what they lead to, whose programs must run. */
export function readmesOf(root: string): string[] {
  return ['README.md', ...packageReadmes(root), ...packageDocs(root)];
}

/** The code blocks of a README, in order. */
export function blocksOf(text: string, readme: string): Block[] {
  return [...text.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map((match) => ({
    readme,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1]!,
    code: match[2]!,
  }));
}

/** The programs among blocks of one README: a block without imports goes on with the program before it. */
export function programsOf(blocks: readonly Block[]): Program[] {
  const programs: Program[] = [];
  for (const { readme, line, language, code } of blocks) {
    if (language in NO_PROGRAM) continue;
    const extension = EXTENSIONS[language];
    if (extension === undefined) throw new Error(`${readme}:${line}: no rule for code in "${language}"`);
    const before = /^import /m.test(code) ? '' : `${programs.at(-1)?.code ?? ''}\n`;
    const throws = /\/\/ throws (\w+)/.exec(code)?.[1];
    programs.push({ title: `${readme}:${line}`, extension, code: before + code, throws });
  }
  return programs;
}

/** What the commands of shell blocks name in this repository: `npm run` scripts, and files that `node` starts. */
export function namedInCommands(blocks: readonly Block[]): { scripts: string[]; files: string[] } {
  const commands = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
  const all = (pattern: RegExp): string[] =>
    commands.flatMap((command) => [...command.matchAll(pattern)].map((match) => match[1]!));
  return { scripts: all(/npm run ([\w:-]+)/g), files: all(/\bnode ([\w./-]+\.m?js)/g) };
}

function packageReadmes(root: string): string[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((readme) => existsSync(join(root, readme)));
}

function packageDocs(root: string): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const docs = join(root, 'packages', name, 'docs');
    return existsSync(docs) ? readdirSync(docs).map((file) => `packages/${name}/docs/${file}`) : [];
  });
}

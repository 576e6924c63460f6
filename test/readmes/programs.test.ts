import { describe, expect, it } from 'vitest';
import { blocksOf, programsOf } from './programs.ts';

const fence = '```';

function programs(...blocks: [language: string, code: string][]): ReturnType<typeof programsOf> {
  const text = blocks
    .map(([language, code]) => `text\n\n${fence}${language}\n${code}\n${fence}\n`)
    .join('\n');
  return programsOf(blocksOf(text, 'README.md'));
}

describe('code blocks', () => {
  it('are programs where they import something, and go on with the one before where not', () => {
    const [first, second] = programs(['js', "import a from 'a';"], ['sh', 'ls'], ['js', 'a();']);
    expect(first).toMatchObject({ title: 'README.md:3', extension: 'mjs', code: "import a from 'a';\n" });
    expect(second).toMatchObject({ title: 'README.md:15', code: "import a from 'a';\n\na();\n" });
  });

  it('may say which error they end with', () => {
    expect(programs(['ts', "import 'a'; // throws TypeError, code X"])).toMatchObject([
      { extension: 'mts', throws: 'TypeError' },
    ]);
  });

  it('in a language without a rule are refused, not passed over', () => {
    expect(() => programs(['python', 'pass'])).toThrow('README.md:3: no rule for code in "python"');
  });
});

import { describe, expect, it } from 'vitest';
import { appFolder, mostly, sampleApp } from './sampled-app.ts';

const PAUSE = 'const pause = () => new Promise((resolve) => setTimeout(resolve, 1));';

/** Every route leaks by a function of its own, once before and once after an `await`. */
const app = (express: string) => `
  import express from '${express}';
  import wrapped from 'some-async-handler';
  ${PAUSE}
  const kept = [];
  const row = (of) => kept.push({ of, values: new Array(60).fill(0) });
  function leakOfNamed() { row('named'); }
  function leakOfArrow() { row('arrow'); }
  function leakOfComputed() { row('computed'); }
  function leakOfBound() { row('bound'); }
  function leakOfMade() { row('made'); }
  function leakOfGuarded() { row('guarded'); }
  function leakOfWrapped() { row('wrapped'); }
  function leakOfOwnWrapped() { row('own wrapped'); }

  export const app = express();
  app.get('/named', async function named(req, res) { leakOfNamed(); await pause(); leakOfNamed(); res.end(); });
  app.get('/arrow', async (req, res) => { await pause(); leakOfArrow(); res.end(); });
  const key = 'computed';
  const handlers = { [key]: async (req, res) => { await pause(); leakOfComputed(); res.end(); } };
  app.get('/computed', handlers[key]);
  class Controller {
    constructor() { this.name = 'bound'; }
    async show(req, res) { await pause(); leakOfBound(this.name); res.end(); }
    quiet = (req, res) => { res.end(); };
  }
  const controller = new Controller();
  app.get('/bound', controller.show.bind(controller));
  app.get('/quiet', controller.quiet);

  const write = (res, text) => { res.end(text); };
  const made = (text, end) => async (req, res) => { await pause(); leakOfMade(); end(res, text); };
  app.get('/made/a', made('a', write));
  app.get('/made/b', made('b', write));

  const guard = (req, res, next) => { leakOfGuarded(); next(); };
  app.get('/guarded/a', guard, (req, res) => { res.end(); });
  app.get('/guarded/b', guard, (req, res) => { res.end(); });

  app.get('/wrapped/a', wrapped(async function wrappedA(req, res) { leakOfWrapped(); await pause(); res.end(); }));
  app.get('/wrapped/b', wrapped(async function wrappedB(req, res) { await pause(); res.end(); }));
  const catching = handler => (req, res, next) => { Promise.resolve(handler(req, res, next)).catch(next); };
  app.get('/own/a', catching(async function ownA(req, res) { await pause(); leakOfOwnWrapped(); res.end(); }));
  app.get('/own/b', catching(async function ownB(req, res) { await pause(); res.end(); }));
  export const paths = [
    '/named', '/arrow', '/computed', '/bound', '/quiet', '/made/a', '/made/b', '/guarded/a', '/guarded/b',
    '/wrapped/a', '/wrapped/b', '/own/a', '/own/b',
  ];
`;

const ASYNC_HANDLER = {
  'node_modules/some-async-handler/package.json': '{ "name": "some-async-handler", "version": "2.0.1" }',
  'node_modules/some-async-handler/index.js': `
    module.exports = (fn) => function asyncWrap(...args) {
      const next = args[args.length - 1];
      return Promise.resolve(fn(...args)).catch(next);
    };
  `,
};

describe.each(['express4', 'express5'])('handlers of %s', (express) => {
  it('are told by where they start, whoever made, bound, named or wrapped them', async () => {
    const folder = appFolder({ 'app.mjs': app(express), ...ASYNC_HANDLER }, [express]);
    const looked = await sampleApp(folder, { perPath: 60 });
    let sampled = looked.again({ looks: false });
    const answers = (name: string) => sampled.answers(sampled.of(name));
    expect(answers('leakOfNamed')).toEqual(mostly('handler GET /named'));
    expect(answers('leakOfArrow')).toEqual(mostly('handler GET /arrow'));
    expect(answers('leakOfComputed')).toEqual(mostly('handler GET /computed'));
    expect(answers('leakOfBound')).toEqual(mostly('handler GET /bound'));
    expect(answers('leakOfMade')).toEqual(mostly('handler GET /made/a|GET /made/b'));
    expect(answers('leakOfGuarded')).toEqual(mostly('handler GET /guarded/a|GET /guarded/b'));
    expect(answers('leakOfWrapped')).toEqual(mostly('handler GET /wrapped/a|GET /wrapped/b'));
    expect(answers('leakOfOwnWrapped')).toEqual(mostly('learned GET /own/a|GET /own/b'));

    const handler = (name: string) => sampled.frames.describe(sampled.of(name)[0]!.stack).handler;
    expect(handler('leakOfNamed')).toMatchObject({ function: 'named', file: 'app.mjs', line: 17 });
    expect(handler('leakOfBound')).toMatchObject({ function: 'show', file: 'app.mjs' });
    expect(handler('leakOfComputed')).toMatchObject({ function: expect.any(String), line: 20 });
    expect(handler('leakOfWrapped')).toMatchObject({ function: 'wrappedA', file: 'app.mjs' });
    expect(handler('leakOfMade')).toMatchObject({ function: '(anonymous)', file: 'app.mjs' });

    sampled = looked;
    expect(answers('leakOfMade')).toEqual(mostly('handler GET /made/a|GET /made/b'));
    expect(answers('leakOfGuarded')).toEqual(mostly('handler GET /guarded/a|GET /guarded/b'));
    expect(answers('leakOfWrapped')).toEqual(mostly('handler GET /wrapped/a'));
    expect(answers('leakOfOwnWrapped')).toEqual(mostly('handler GET /own/a'));
    expect(handler('leakOfOwnWrapped')).toMatchObject({ function: 'ownA', file: 'app.mjs' });
  });
});

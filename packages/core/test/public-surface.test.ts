import { expect, it } from 'vitest';
import * as core from '../src/index.ts';

it('exports exactly the documented names', () => {
  expect(Object.keys(core).sort()).toEqual(['LeakguardError', 'createGuard', 'formatReport', 'getGuard']);
});

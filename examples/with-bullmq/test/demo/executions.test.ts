import { expect, test } from 'vitest';
import { checkExecutions } from '../../src/demo/executions.ts';

test('each job once is neither lost nor doubled, in whatever order', () => {
  expect(checkExecutions(['1', '2', '3'], '3\n1\n2\n')).toEqual({ lost: [], doubled: [] });
});

test('a job that never began is lost, one that began twice is doubled', () => {
  expect(checkExecutions(['1', '2', '3'], '1\n3\n1\n')).toEqual({ lost: ['2'], doubled: ['1'] });
});

test('with an empty log all are lost', () => {
  expect(checkExecutions(['1', '2'], '')).toEqual({ lost: ['1', '2'], doubled: [] });
});

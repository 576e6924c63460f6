import { expect, it } from 'vitest';
import * as adapter from '../src/adapter.ts';
import * as core from '../src/index.ts';

it('exports exactly the documented names', () => {
  expect(Object.keys(core).sort()).toEqual([
    'AllocationSnapshot',
    'LeakguardError',
    'createGuard',
    'formatDifference',
    'formatReport',
    'formatSnapshot',
    'getGuard',
    'guardServer',
    'readSnapshotFile',
  ]);
});

it('exports to adapters exactly what they have in common', () => {
  expect(Object.keys(adapter).sort()).toEqual([
    'Connections',
    'CountedRequest',
    'NO_SCOPE',
    'Place',
    'RequestCounter',
    'ScopeOption',
    'byteSize',
    'canFinish',
    'defaultLogger',
    'isCountedFor',
    'isCounting',
    'isolateFeed',
    'isolateSettings',
    'methodName',
    'pathname',
    'readField',
    'recordEvent',
    'resolveAdapterOptions',
    'scopeTurn',
    'takeOverUnit',
    'watchServers',
  ]);
});

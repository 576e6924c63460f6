import { describe, expect, it } from 'vitest';
import { type Crash, Quarantine } from '../src/quarantine.ts';

const crash: Crash = { isolate: 'process 42', exitCode: null, signal: 'SIGABRT', error: null };

describe('the quarantine', () => {
  it('gives the evidence at the last death allowed, and forgets the job then', () => {
    const quarantine = new Quarantine(2);
    expect(quarantine.note('7', crash)).toBeNull();
    const thread = { isolate: 'thread 9', exitCode: 1, signal: null, error: 'ERR_WORKER_OUT_OF_MEMORY' };
    expect(quarantine.note('7', thread)).toBe(
      'leakguard: job 7 killed its isolate 2 times and is not tried again (quarantineAfter: 2). ' +
        'process 42: signal SIGABRT; thread 9: exit code 1, ERR_WORKER_OUT_OF_MEMORY',
    );
    expect(quarantine.note('7', crash)).toBeNull();
  });

  it('counts each job for itself, and none that came to its end in between', () => {
    const quarantine = new Quarantine(2);
    quarantine.note('7', crash);
    expect(quarantine.note('8', crash)).toBeNull();
    quarantine.forget('7');
    expect(quarantine.note('7', crash)).toBeNull();
  });

  it('is off with 0', () => {
    const quarantine = new Quarantine(0);
    for (let death = 0; death < 5; death++) expect(quarantine.note('7', crash)).toBeNull();
  });

  it('forgets the longest without a death when more than a thousand jobs died', () => {
    const quarantine = new Quarantine(2);
    for (let job = 0; job <= 1000; job++) quarantine.note(String(job), crash);
    expect(quarantine.note('0', crash)).toBeNull();
    expect(quarantine.note('1000', crash)).not.toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { BootLead } from '../../src/pool/boot-lead.ts';

describe('the lead of a spare', () => {
  it('is one job before anything was measured', () => {
    expect(new BootLead().jobs(500)).toBe(1);
  });

  it('is as many jobs as run while an isolate starts', () => {
    const lead = new BootLead();
    lead.noteBoot(300);
    lead.noteJob(20);
    expect(lead.jobs(500)).toBe(15);
  });

  it('is at most half of the limit, also where there is none', () => {
    const lead = new BootLead();
    lead.noteBoot(300);
    lead.noteJob(0);
    expect(lead.jobs(500)).toBe(250);
    expect(lead.jobs(1)).toBe(1);
    expect(lead.jobs(Number.POSITIVE_INFINITY)).toBe(30_000);
  });

  it('follows jobs that become slower', () => {
    const lead = new BootLead();
    lead.noteBoot(300);
    for (let job = 0; job < 50; job++) lead.noteJob(1);
    const before = lead.jobs(10_000);
    for (let job = 0; job < 50; job++) lead.noteJob(100);
    expect(before).toBe(300);
    expect(lead.jobs(10_000)).toBeLessThan(5);
  });
});

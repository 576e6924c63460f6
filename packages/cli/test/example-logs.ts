import { memoryLine, ndjson, type ScopeFields } from './log-fixture.ts';

/** The logs of the README's example: two processes for two hours, the first restarted after one; GET /cart leaks. */
export function exampleLogs(): Record<string, string> {
  return {
    'growth.4242.ndjson': ndjson(...lines(4242, 0, 60, 2150), ...lines(4242, 60, 120, 2080)),
    'growth.4243.ndjson': `${ndjson(...lines(4243, 0, 120, 2110), spike, notice)}{"v":1,"time":"2026-11-22T16:0`,
  };
}

const spike = {
  ...{ v: 1, time: '2026-11-22T15:31:07.000Z', event: 'spike', pid: 4243 },
  ...{ scope: 'POST /import', kind: 'route', bytes: 6_300_000, suppressed: 4 },
};
const notice = {
  ...{ v: 1, time: '2026-11-22T15:40:00.000Z', event: 'notice', pid: 4243 },
  message: 'disk full, the growth log resumes when there is room again',
};

function lines(pid: number, start: number, end: number, bytesPerUnit: number): object[] {
  const minutes = Array.from({ length: end - start }, (_, index) => index + 1);
  return minutes.map((minute) =>
    memoryLine({ pid, start, minute: start + minute, scopes: scopes(minute, bytesPerUnit) }),
  );
}

function scopes(minute: number, bytesPerUnit: number): ScopeFields[] {
  const units = 480 * minute;
  const cart = { scope: 'GET /cart', units };
  return [
    minute < 12
      ? { ...cart, verdict: 'warming-up' }
      : {
          ...{ ...cart, verdict: minute < 25 ? 'growing' : 'leaking', bytesPerUnit },
          ...{ ci95: [bytesPerUnit - 90, bytesPerUnit + 90], totalBytes: bytesPerUnit * units },
        },
    { scope: 'GET /products/:id', units: 1900 * minute },
    { scope: 'POST /import', units: 3 * minute },
    { scope: 'mail:receipts', kind: 'job', units: 55 * minute },
  ];
}

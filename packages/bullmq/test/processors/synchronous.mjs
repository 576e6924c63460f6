import { note } from './log.mjs';

export default function synchronous(job) {
  note('S', job);
  note('E', job);
  return 'synchronous';
}

import { describeAdapterContract } from '@leakguard/test-utils';
import { adapterOf, MAJORS, ROUTERS } from './majors.ts';

for (const major of MAJORS) {
  for (const router of ROUTERS) describeAdapterContract(adapterOf(major, router));
}

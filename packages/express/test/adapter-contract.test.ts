import { describeAdapterContract } from '@leakguard/test-utils';
import { adapterOf, MAJORS } from './majors.ts';

for (const major of MAJORS) describeAdapterContract(adapterOf(major));

import { describeAnyOptions } from '../../../../test/fuzz/adapter-options.ts';
import { leakGuard } from '../../src/index.ts';

describeAnyOptions(leakGuard);

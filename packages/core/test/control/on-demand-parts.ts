/** What the programs of these tests need of core, for `builtCore`. */
export { openControl } from '../../src/control/open-control.ts';
export { openOnDemandSignal } from '../../src/on-demand/on-demand-signal.ts';
export { AllocationSnapshot } from '../../src/report/allocation-snapshot.ts';
export { processIdentity } from '../../src/report/process-identity.ts';
export { snapshotData } from '../../src/report/snapshot-data.ts';

export type { AskOptions } from './control/ask-control.ts';
export { askControl } from './control/ask-control.ts';
export type { ControlTarget } from './control/control-address.ts';
export { parseTarget, targetName } from './control/control-address.ts';
export type { Ask } from './control/control-protocol.ts';
export { controlError } from './control/control-protocol.ts';
export { signalledFolder } from './control/signal-marker.ts';

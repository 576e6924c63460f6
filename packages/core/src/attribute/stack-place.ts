export type { StackPlace } from '../frames/stack-place.ts';

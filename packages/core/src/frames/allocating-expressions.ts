import type { AllocationCandidate } from '../site-types.ts';
import type { KnownFunction } from './known-function.ts';
import type { Scripts } from './scripts.ts';
import type { ScriptOutline } from './script-outline.ts';

import { escapeControls } from './escape-controls.ts';

const OURS = /^ERR_LEAKGUARD_[A-Z_]+$/;

/** The line that tells of an error: what it says, and its code, if it is one of ours, for scripts and for searching. */
export function errorText(message: string, error?: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  const suffix = typeof code === 'string' && OURS.test(code) ? ` (${code})` : '';
  return `leakguard: ${escapeControls(message.replace(/^leakguard: /, ''))}${suffix}\n`;
}

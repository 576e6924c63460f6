export { work as default } from '../measure/truth-names.mjs';

import { fillTemplate } from './templates.mjs';
import { createPlan } from './traffic-plan.mjs';

/** A whole number as JSON writes it: ids of jobs are numbers, as `{seq}` and `{int:a-b}` mean them. */
const WHOLE_NUMBER = /^(0|[1-9]\d{0,14})$/;

/**
 * A job of `case.json`'s `load.jobs`; `data` is a template.
 *
 * @typedef {object} JobLoad
 * @property {string} name
 * @property {number} weight share of the mix before it is varied
 * @property {unknown} [data]
 * @property {boolean} [mayFail] it fails on purpose now and then
 */

/**
 * One job, ready to be added.
 *
 * @typedef {object} PlannedJob
 * @property {string} name
 * @property {unknown} data
 * @property {boolean} mayFail
 */

/**
 * The endless sequence of jobs of one run; its mix varies as that of requests does.
 *
 * @param {readonly JobLoad[]} jobs
 * @param {import('./traffic-plan.mjs').PlanOptions} options
 * @returns {{ next(): PlannedJob }}
 */
export function createJobPlan(jobs, options) {
  return createPlan(jobs, compileJob, options);
}

/**
 * @param {JobLoad} load
 * @param {import('./templates.mjs').TemplateSource} source
 * @returns {() => PlannedJob}
 */
function compileJob({ name, data = {}, mayFail = false }, source) {
  const template = JSON.stringify(data);
  return () => ({ name, data: JSON.parse(fillTemplate(template, source), numbers), mayFail });
}

/** @param {string} _key @param {unknown} value */
function numbers(_key, value) {
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value;
}

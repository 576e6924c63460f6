import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const FOLDER = new URL('../../schema/', import.meta.url);

/** Every schema that ships, in one strict validator. */
function schemas(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json')))
    ajv.addSchema(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  return ajv;
}

/** The validator of one shipped schema, by the name before `.schema.json`. */
export function schema(name: string): ValidateFunction {
  return schemas().getSchema(`https://unpkg.com/@leakguard/core/schema/${name}.schema.json`)!;
}

/** What a schema has against a value, as text; empty for a valid one. */
export function faults(validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

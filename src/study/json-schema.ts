import * as z from 'zod';
import type { Model, ParameterSpec } from '../model/model.ts';
import { COMMAND } from './load-command.ts';
import { axisSchema, axisValueSchema, boundSchema, studySchema, valueSchema } from './schema.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (draft-07) of a study file for editors: the shape that the engine itself checks and, for each of the models given, names,
 * types, ranges and descriptions of its parameters, inputs and metrics.
 */
export function studyJsonSchema(models: readonly Model[]): Schema {
  const shape = z.toJSONSchema(studySchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (!PLACES_OF_SETTINGS.includes(zodSchema)) return;
      const { anyOf, ...own } = { ...jsonSchema };
      for (const key of Object.keys(own)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.anyOf = [...(anyOf ?? [own]), { ...A_SETTING }];
    },
  }) as Schema;
  const properties = shape.properties as Readonly<Record<string, Schema>>;
  return {
    ...shape,
    title: 'permafrost study',
    ...(models.length === 0
      ? {}
      : {
          properties: { ...properties, model: modelNames(models, properties.model) },
          allOf: models.map(schemaOfModel),
        }),
  };
}

/** Editors offer the built-in names; a file or a package is as good. */
function modelNames(models: readonly Model[], schema: Schema | undefined): Schema {
  return { ...schema, anyOf: [{ enum: [...models.map((model) => model.name), COMMAND] }, { type: 'string' }] };
}

/** Where a study may leave the value to the command line. The engine has put the value there before it checks the shape. */
const PLACES_OF_SETTINGS: readonly unknown[] = [valueSchema, axisSchema, axisValueSchema, boundSchema];
const A_SETTING = {
  type: 'object' as const,
  description: 'the value of one of the settings of the study',
  properties: { setting: { type: 'string' as const } },
  required: ['setting'],
  additionalProperties: false,
};

/** A step's parameter may be left to the rows of an earlier step. */
const DECIDED_BY_A_STEP: Schema = {
  type: 'object',
  description: 'decided by an earlier step: its name, a metric or a rule of the model, max or min, and what else',
  properties: { from: { type: 'string' }, best: { type: 'string' }, of: { enum: ['max', 'min'] }, otherwise: {} },
  required: ['from', 'best'],
  additionalProperties: false,
};

function schemaOfModel(model: Model): Schema {
  const specs = Object.entries(model.parameters);
  const values = Object.fromEntries(specs.map(([name, spec]) => [name, orSetting(schemaOfParameter(spec))]));
  const axes = Object.fromEntries(specs.map(([name, spec]) => [name, schemaOfAxis(spec)]));
  const presets = Object.keys(model.presets ?? {});
  const preset = { enum: presets, description: 'a named set of defaults' };
  const parameters = closed(presets.length === 0 ? values : { preset, ...values });
  const grid = closed(axes);
  const cells = { type: 'array', items: closed({ id: { type: 'string', minLength: 1 }, parameters, ...values }) };
  const metrics = Object.entries(model.metrics).map(([name, { description = '' }]) => [name, { description }] as const);
  const inputs = Object.entries(model.inputs ?? {}).map(
    ([name, { description }]) => [name, { type: 'string', description }] as const,
  );
  const decided = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { anyOf: [value, DECIDED_BY_A_STEP] }]),
  );
  const metricNames = { enum: Object.keys(model.metrics) };
  const precision = { type: 'object', properties: { metric: metricNames } };
  const step = { properties: { parameters: closed({ ...parameters.properties, ...decided }), grid, cells } };
  return {
    if: { properties: { model: { const: model.name } }, required: ['model'] },
    then: {
      properties: {
        parameters,
        grid,
        cells,
        steps: { additionalProperties: step },
        inputs: { properties: Object.fromEntries(inputs), additionalProperties: false },
        metrics: { items: metricNames },
        thresholds: { properties: Object.fromEntries(metrics), additionalProperties: false },
        precision: { anyOf: [precision, { type: 'array', items: precision }] },
      },
    },
  };
}

function closed(properties: Schema): Schema & { readonly properties: Schema } {
  return { type: 'object', properties, additionalProperties: false };
}

function orSetting(schema: Schema): Schema {
  return { anyOf: [schema, A_SETTING] };
}

function schemaOfParameter(spec: ParameterSpec): Schema {
  const notes = [spec.description, spec.unit === undefined ? undefined : `[${spec.unit}]`].filter(
    (note) => note !== undefined,
  );
  return {
    ...(notes.length === 0 ? {} : { description: notes.join(' ') }),
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...typeOf(spec),
  };
}

function typeOf(spec: ParameterSpec): Schema {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const bounds = {
        minimum: spec.min,
        maximum: spec.max,
        exclusiveMinimum: spec.above,
        exclusiveMaximum: spec.below,
      };
      return {
        type: spec.type,
        ...Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined)),
      };
    }
    case 'choice':
      return { enum: [...spec.values, ...Object.keys(spec.aliases ?? {})] };
    case 'string':
      return { type: 'string' };
    case 'boolean':
      return { type: 'boolean' };
    case 'list': {
      const number = { type: 'number' };
      return {
        type: 'array',
        items: spec.items === 'numbers' ? number : { type: 'array', items: number, minItems: 2, maxItems: 2 },
      };
    }
  }
}

function schemaOfAxis(spec: ParameterSpec): Schema {
  const value = orSetting(schemaOfParameter(spec));
  const list = { type: 'array', items: value, minItems: 1 };
  const number = orSetting({ type: 'number' });
  const where = { when: { type: 'object' }, at_most: number };
  const values = { ...closed({ values: { anyOf: [value, list] }, ...where }), required: ['values'] };
  const range = { ...closed({ from: number, to: number, step: number, ...where }), required: ['from', 'to', 'step'] };
  const numeric = spec.type === 'number' || spec.type === 'integer';
  const { description } = spec;
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [value, list, values, ...(numeric ? [range] : [])],
  };
}

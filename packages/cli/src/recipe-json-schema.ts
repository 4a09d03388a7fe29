/** JSON Schema of recipes, for editors: the shared keys, and a branch for every installed task and method. */
import { recipeSchema, type Registry } from '@mdpd/core';
import { z } from 'zod';

export type JsonSchema = { readonly [key: string]: unknown };

/** Draft 2020-12, as the YAML language server and Ajv read it. */
export function recipeJsonSchema(registry: Registry): JsonSchema {
  const { $schema, ...shared } = schemaOf(recipeSchema) as { $schema: string } & JsonSchema;
  const properties = shared['properties'] as Record<string, JsonSchema>;
  const methods = registry.methods.values;
  const named = methods.map(({ name, description, settings }) => methodBranch(name, description, settings));
  return {
    $schema,
    title: 'mdpd recipe',
    description: 'What `mdpd train` trains on what and how. Written by `mdpd schema`.',
    ...shared,
    properties: {
      ...properties,
      task: { ...properties['task'], ...choice(registry.tasks.values) },
      backbone: backbone(properties['backbone']!, registry),
      method: {
        description: properties['method']!['description'],
        anyOf: [
          choice(methods),
          { type: 'object', required: ['name'], properties: { name: choice(methods) } },
        ],
        // Of one branch, so that an editor and a message speak of the method that is named.
        allOf: named,
      },
      executor: {
        ...properties['executor'],
        enum: ['auto', ...registry.executors.names],
        description: registry.executors.values
          .map(({ name, description }) => `${name}: ${description}`)
          .join('; '),
      },
    },
    allOf: registry.tasks.values.map(({ name, dataSchema }) => ({
      if: { required: ['task'], properties: { task: { const: name } } },
      then: taskBranch(dataSchema),
    })),
  };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/** Without the dialect: a schema inside of another. */
function inner(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = schemaOf(schema);
  return rest;
}

interface Named {
  readonly name: string;
  readonly description: string;
}

/** One of several names, each with its description. */
function choice(named: readonly Named[]): JsonSchema {
  return { anyOf: named.map(({ name, description }) => ({ const: name, description })) };
}

function taskBranch(dataSchema: z.ZodType): JsonSchema {
  const data = inner(dataSchema);
  const needed = Array.isArray(data['required']) && data['required'].length > 0;
  return { properties: { data }, ...(needed ? { required: ['data'] } : {}) };
}

/** What holds where the method is named with settings; a name alone stands for its defaults. */
function methodBranch(name: string, description: string, settings: z.ZodType): JsonSchema {
  const schema = inner(settings);
  const properties = { name: { const: name, description }, ...(schema['properties'] as object) };
  return {
    if: { type: 'object', required: ['name'], properties: { name: { const: name } } },
    then: { ...schema, properties },
  };
}

/** Names are examples: any folder and any model of the hub will do. */
function backbone(shared: JsonSchema, { models, backbones }: Registry): JsonSchema {
  const [text, fresh] = shared['anyOf'] as [JsonSchema, JsonSchema];
  const properties = fresh['properties'] as Record<string, JsonSchema>;
  const family = { ...properties['family'], enum: backbones.names };
  const examples = [...models.names, 'hub:ORGANIZATION/NAME', './folder'];
  return {
    description: shared['description'],
    anyOf: [
      { ...text, examples },
      { ...fresh, properties: { ...properties, family } },
    ],
  };
}

/** Says in words what a zod schema allows at a path: for error messages and for documentation. */
import { z } from 'zod';
import { nearest } from './nearest.ts';

/** The part of JSON Schema that zod writes and that is read here. */
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly description?: string;
}

type Path = readonly PropertyKey[];

function jsonSchema(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

/** The node itself, or the branches of a union. */
function branches(node: SchemaNode): readonly SchemaNode[] {
  const union = node.anyOf ?? node.oneOf;
  return union ? union.flatMap(branches) : [node];
}

function nodesAt(schema: z.ZodType, path: Path): SchemaNode[] {
  let nodes: SchemaNode[] = [jsonSchema(schema)];
  for (const key of path) {
    nodes = nodes.flatMap(branches).flatMap((node) => {
      const named = typeof key === 'number' ? node.items : node.properties?.[String(key)];
      if (named) return [named];
      return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
    });
  }
  return nodes;
}

/** The keys that the schema names in the mapping at `path`. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  const keys = nodesAt(schema, path)
    .flatMap(branches)
    .flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set(keys)];
}

/** What the schema allows at `path`: `a whole number from 1 to 65536 (examples a step)`; empty if it cannot say. */
export function wordsAt(schema: z.ZodType, path: Path): string {
  const nodes = nodesAt(schema, path);
  const words = [...new Set(nodes.flatMap(branches).map(describe))].filter((text) => text !== '');
  if (words.length === 0) return '';
  const description = nodes.find((node) => node.description !== undefined)?.description;
  return words.join(', or ') + (description === undefined ? '' : ` (${description})`);
}

/** Every path of named keys in the schema, dotted, in order of depth. */
export function keyPaths(schema: z.ZodType, prefix: readonly string[] = []): string[] {
  const found: string[] = [];
  let level: [string[], SchemaNode][] = [[[...prefix], jsonSchema(schema)]];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const [path, node] of level.flatMap(([at, each]) => branches(each).map((b) => [at, b] as const))) {
      for (const [key, child] of Object.entries(node.properties ?? {})) next.push([[...path, key], child]);
    }
    found.push(...next.map(([path]) => path.join('.')));
    level = next;
  }
  return [...new Set(found)];
}

/**
 * The key that was probably meant by `key`: one that has this very name elsewhere in the recipe (its dotted path),
 * else the nearest of its `siblings`.
 */
export function meantKey(
  key: string,
  siblings: readonly string[],
  elsewhere: readonly string[],
): string | undefined {
  return elsewhere.find((path) => path.split('.').at(-1) === key) ?? nearest(key, siblings);
}

function describe(node: SchemaNode): string {
  if (node.enum) return node.enum.map(String).join(', ');
  if (node.const !== undefined) return String(node.const);
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array': {
      const items = node.items ? [...new Set(branches(node.items).map(describe))].join(' or ') : '';
      return `${(node.minItems ?? 0) > 0 ? 'a list with at least one entry' : 'a list'}${items ? ` of: ${items}` : ''}`;
    }
    case 'object': {
      const keys = Object.keys(node.properties ?? {});
      return keys.length > 0 ? `a mapping with the keys ${keys.join(', ')}` : 'a mapping';
    }
    default:
      return '';
  }
}

/** Bounds in words. zod writes the safe integers as bounds of every whole number; those are left out. */
function range(node: SchemaNode): string {
  const real = (bound: number | undefined): number | undefined =>
    bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;
  const whole = node.type === 'integer';
  const above = real(node.exclusiveMinimum);
  const low = whole && above !== undefined ? above + 1 : real(node.minimum);
  const below = real(node.exclusiveMaximum);
  const high = real(node.maximum);
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  const words: string[] = [];
  if (low !== undefined) words.push(`of at least ${low}`);
  else if (above !== undefined) words.push(`above ${above}`);
  if (high !== undefined) words.push(`of at most ${high}`);
  else if (below !== undefined) words.push(`below ${below}`);
  return words.length > 0 ? ` ${words.join(' and ')}` : '';
}

/** Keys of a checkpoint's config.json, checked: what every backbone's reader starts with. */
import { z } from 'zod';
import { MdpdError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { JsonObject } from './tensors.ts';

/** Longest value that a message quotes, in characters. */
const LONGEST = 60;

/** BACKBONE_CONFIG, at config.json. */
export function configError(message: string, allowed: string, fix?: string): MdpdError {
  return new MdpdError('BACKBONE_CONFIG', message, { place: 'config.json', allowed, fix });
}

/**
 * The keys of `schema`, whose fields say in words what they allow (`.describe`); other keys are left alone. `prefix`
 * names the section that holds them in messages, such as `text_config.`. Throws BACKBONE_CONFIG with the first key
 * that is wrong, its value and what is allowed.
 */
export function configKeys<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  json: JsonObject,
  prefix = '',
): z.infer<z.ZodObject<Shape>> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]!.path.map(String);
  const [field, words, shown] = offender(schema.shape, json, path);
  const value = valueAt(json, shown);
  const fix = typeof value === 'string' ? didYouMean(value, namesOf(field)) : undefined;
  throw configError(`${prefix}${shown.join('.')} is ${quoted(value)}`, words, fix);
}

/** JSON as a message quotes it: cut to 60 characters; `missing` for what is not there. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The innermost field on `path` that says what it allows, its words, and the path as far as it. */
function offender(
  shape: z.ZodRawShape,
  json: JsonObject,
  path: readonly string[],
): [field: z.ZodType, words: string, path: readonly string[]] {
  const [key, ...rest] = path;
  const field = shape[key!] as z.ZodType;
  const inner = unwrapped(field);
  if (inner instanceof z.ZodObject && rest.length > 0 && isObject(json[key!])) {
    const [found, words, below] = offender(inner.shape as z.ZodRawShape, json[key!] as JsonObject, rest);
    return [found, words, [key!, ...below]];
  }
  return [field, describe(field), [key!]];
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(json: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as JsonObject)[key], json);
}

function describe(field: z.ZodType): string {
  if (field.description !== undefined) return field.description;
  return wraps(field) ? describe(field.unwrap() as z.ZodType) : '';
}

function unwrapped(field: z.ZodType): z.ZodType {
  return wraps(field) ? unwrapped(field.unwrap() as z.ZodType) : field;
}

function wraps(field: z.ZodType): field is z.ZodDefault | z.ZodOptional | z.ZodNullable {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional || field instanceof z.ZodNullable;
}

function namesOf(field: z.ZodType): readonly string[] {
  const inner = unwrapped(field);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configError, configKeys, quoted } from './config-keys.ts';
import { formatError, type MdpdError } from './errors.ts';
import type { JsonObject } from './tensors.ts';

const schema = z.object({
  hidden_size: z.int().min(1).describe('an integer from 1').default(8),
  hidden_act: z.enum(['gelu', 'relu']).default('gelu').describe('gelu, relu'),
  layers: z.int().describe('an integer'),
  mdpd: z
    .looseObject({ canvas: z.tuple([z.int(), z.int()]).describe('[height, width]').optional() })
    .describe('an object')
    .optional(),
});

function textOf(json: JsonObject, prefix?: string): string {
  try {
    configKeys(schema, json, prefix);
  } catch (error) {
    return formatError(error as MdpdError);
  }
  return 'no error';
}

describe('keys of config.json', () => {
  it('have defaults, and leave out what is not read', () => {
    expect(configKeys(schema, { layers: 2, architectures: ['A'] })).toEqual({
      hidden_size: 8,
      hidden_act: 'gelu',
      layers: 2,
    });
  });

  it.each<[JsonObject, string, string]>([
    [{ layers: 2, hidden_size: 0 }, 'hidden_size is 0', 'an integer from 1'],
    [{ layers: 2, hidden_size: { toString: {} } }, 'hidden_size is {"toString":{}}', 'an integer from 1'],
    [{}, 'layers is missing', 'an integer'],
    [{ layers: 'a'.repeat(80) }, `layers is "${'a'.repeat(59)}…`, 'an integer'],
    [{ layers: 2, mdpd: 3 }, 'mdpd is 3', 'an object'],
    [{ layers: 2, mdpd: { canvas: [1] } }, 'mdpd.canvas is [1]', '[height, width]'],
    [{ layers: 2, mdpd: { canvas: [1, 'x'] } }, 'mdpd.canvas is [1,"x"]', '[height, width]'],
  ])('are refused: %j', (json, message, allowed) => {
    expect(textOf(json)).toBe(`error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`);
  });

  it('are named with their section, and with the name that was probably meant', () => {
    expect(textOf({ layers: 2, hidden_act: 'gelo' }, 'text_config.')).toBe(
      'error BACKBONE_CONFIG at config.json\n  text_config.hidden_act is "gelo"\n' +
        '  allowed: gelu, relu\n  fix: did you mean "gelu"?',
    );
  });

  it('are read or refused, whatever the JSON', () => {
    const key = fc.constantFrom('hidden_size', 'hidden_act', 'layers', 'mdpd', 'canvas');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (json) => {
        expect(textOf(json as JsonObject)).toMatch(/^(no error$|error BACKBONE_CONFIG at config.json\n)/);
      }),
    );
  });

  it('make errors of checks of their own', () => {
    expect(configError('a is 1', '2', 'take 2')).toMatchObject({
      code: 'BACKBONE_CONFIG',
      message: 'a is 1',
    });
    expect(quoted(undefined)).toBe('missing');
  });
});

import { formatError, MdpdError, type JsonObject } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClip } from './clip-backbone.ts';
import { readClipConfig } from './clip-config.ts';
import { clipParameters } from './clip-parameters.ts';

/** The text that the command line prints for a bad configuration. */
function errorText(json: JsonObject): string {
  try {
    readClipConfig(json);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

describe('readClipConfig', () => {
  it('has the defaults of Hugging Face: CLIP ViT-B/32', () => {
    const config = readClipConfig({});
    expect(config.text).toMatchObject({
      width: 512,
      blocks: 12,
      heads: 8,
      hidden: 2048,
      tokens: 77,
      end: 49_407,
    });
    expect(config.image).toMatchObject({
      width: 768,
      heads: 12,
      hidden: 3072,
      size: 224,
      patch: 32,
      grid: 7,
    });
    const specs = [...clipParameters(config), ...createClip({}).head('embeddings', 0)!.parameters];
    const values = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    // openai/clip-vit-base-patch32.
    expect([specs.length, values]).toEqual([398, 151_277_313]);
  });

  it('takes the older name of a section, with defaults, for the whole of it', () => {
    const config = readClipConfig({
      text_config: { hidden_size: 64, num_hidden_layers: 2 },
      text_config_dict: { hidden_size: 128 },
      vision_config: { hidden_size: 96 },
      vision_config_dict: null,
    });
    expect([config.text.width, config.text.blocks, config.image.width]).toEqual([128, 12, 96]);
  });

  it.each<[JsonObject, string, string]>([
    [{ model_type: 'vit' }, 'model_type is "vit"', 'clip'],
    [{ text_config: [1] }, 'text_config is [1]', 'an object'],
    [{ text_config_dict: 3 }, 'text_config_dict is 3', 'an object'],
    [
      { text_config: { hidden_size: { toString: {} } } },
      'text_config.hidden_size is {"toString":{}}',
      'an integer from 1 to 65536',
    ],
    [
      { vision_config: { image_size: 100 } },
      'vision_config: image_size 100 is not divisible by patch_size 32',
      'a multiple of 32, such as 96 or 128',
    ],
  ])('refuses %j', (json, message, allowed) => {
    expect(errorText(json)).toBe(`error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`);
  });

  it('either reads or explains whatever JSON it is given', () => {
    const keys = ['hidden_size', 'image_size', 'hidden_act', 'num_attention_heads', 'eos_token_id'];
    const section = fc.oneof(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), fc.jsonValue());
    const json = fc.record({
      text_config: section,
      vision_config_dict: section,
      projection_dim: fc.jsonValue(),
    });
    fc.assert(
      fc.property(json, (value) => {
        expect(errorText(value as JsonObject)).toMatch(/^(no error$|error BACKBONE_CONFIG)/);
      }),
    );
  });
});

import { formatError, MdpdError, type JsonObject } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageTokens, readViltConfig } from './vilt-config.ts';

/** The text that the command line prints for a bad configuration. */
function errorText(json: JsonObject): string {
  try {
    readViltConfig(json);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

const defaults = {
  vocabulary: 30_522,
  textTokens: 40,
  types: 2,
  modalities: 2,
  padding: null,
  width: 768,
  blocks: 12,
  heads: 12,
  hidden: 3072,
  activation: 'gelu',
  epsilon: 1e-12,
  patch: 32,
  positions: 12,
  canvas: [384, 384],
  grid: { rows: 12, columns: 12 },
  mostPatches: -1,
  channels: 3,
  qkvBias: true,
  initializerRange: 0.02,
};

describe('readViltConfig', () => {
  it('has the defaults of Hugging Face: ViLT-B/32 at 384 pixels', () => {
    expect(readViltConfig({})).toEqual(defaults);
    expect(imageTokens(readViltConfig({}))).toBe(145);
  });

  it('takes the canvas from a key of our own, and passes over keys that it does not know', () => {
    const mdpd = { canvas: [384, 608], task: 'vqa', head: { kind: 'vqa', outputs: 3 } };
    const config = readViltConfig({ mdpd, something_new: { a: [1] }, num_images: -1 });
    expect(config).toEqual({ ...defaults, canvas: [384, 608], grid: { rows: 12, columns: 19 } });
    expect(readViltConfig({ mdpd: { task: 'vqa' } })).toEqual(defaults);
  });

  it.each<[JsonObject, string, string]>([
    [{ model_type: 'vit' }, 'model_type is "vit"', 'vilt'],
    [{ hidden_size: 0 }, 'hidden_size is 0', 'an integer from 1 to 65536'],
    [{ image_size: [384, 384] }, 'image_size is [384,384]', 'an integer from 1 to 16384'],
    [{ modality_type_vocab_size: 1 }, 'modality_type_vocab_size is 1', 'an integer from 2 to 1024'],
    [{ pad_token_id: -1 }, 'pad_token_id is -1', 'an integer from 0 to 10000000, or null'],
    [
      { pad_token_id: 9, vocab_size: 9 },
      'pad_token_id is 9, which vocab_size 9 does not hold',
      'pad_token_id from 0 to 8, or null',
    ],
    [{ max_image_length: 1.5 }, 'max_image_length is 1.5', '-1, or an integer'],
    [
      { max_image_length: 100 },
      'max_image_length is 100, with which transformers takes random ones of 144 patches',
      '-1 (all patches), or at least 144',
    ],
    [
      { image_size: 400 },
      'image_size 400 is not divisible by patch_size 32',
      'a multiple of 32, such as 384 or 416',
    ],
    [
      { mdpd: { canvas: [20, 384] } },
      'mdpd.canvas height 20 is not divisible by patch_size 32',
      'a multiple of 32, such as 32',
    ],
    [{ mdpd: 'canvas' }, 'mdpd is "canvas"', 'an object'],
    ...[384, [384], [384, '608'], [0, 384]].map((canvas): [JsonObject, string, string] => [
      { mdpd: { canvas } as JsonObject },
      `mdpd.canvas is ${JSON.stringify(canvas)}`,
      '[height, width] in pixels, each from 1 to 16384',
    ]),
    [
      { hidden_size: 65_536, num_attention_heads: 1, num_hidden_layers: 1024 },
      'the sizes make a model of 18006.7 billion parameters',
      'at most 4 billion: smaller hidden_size, intermediate_size, num_hidden_layers or vocab_size',
    ],
    [
      { mdpd: { canvas: [16_384, 16_384] } },
      'image_size (or mdpd.canvas), patch_size and max_position_embeddings make 262185 tokens',
      'at most 65536 tokens: a smaller image, or larger patch_size',
    ],
  ])('refuses %j', (json, message, allowed) => {
    expect(errorText(json)).toBe(`error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`);
  });

  it('suggests the activation that was meant', () => {
    expect(errorText({ hidden_act: 'geul' })).toMatch(/^ {2}fix: did you mean "gelu"\?$/m);
  });

  it('either reads or explains whatever JSON it is given', () => {
    const keys = ['hidden_size', 'image_size', 'patch_size', 'mdpd', 'num_attention_heads', 'pad_token_id'];
    const json = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(json, (value) => {
        expect(errorText(value as JsonObject)).toMatch(/^(no error$|error BACKBONE_CONFIG)/);
      }),
    );
  });
});

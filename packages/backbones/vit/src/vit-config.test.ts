import { formatError, MdpdError, type JsonObject } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVitConfig } from './vit-config.ts';

/** The text that the command line prints for a bad configuration. */
function errorText(json: JsonObject): string {
  try {
    readVitConfig(json);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

describe('readVitConfig', () => {
  it('has the defaults of Hugging Face: ViT-B/16 at 224 pixels', () => {
    expect(readVitConfig({})).toEqual({
      width: 768,
      blocks: 12,
      heads: 12,
      hidden: 3072,
      activation: 'gelu',
      epsilon: 1e-12,
      image: { height: 224, width: 224 },
      patch: { height: 16, width: 16 },
      grid: { height: 14, width: 14 },
      tokens: 197,
      channels: 3,
      qkvBias: true,
      initializerRange: 0.02,
    });
  });

  it('reads every key, lengths as [height, width], and passes over keys that it does not know', () => {
    const config = readVitConfig({
      model_type: 'vit',
      hidden_size: 96,
      num_hidden_layers: 8,
      num_attention_heads: 4,
      intermediate_size: 192,
      hidden_act: 'quick_gelu',
      layer_norm_eps: 1e-6,
      image_size: [28, 56],
      patch_size: [4, 7],
      num_channels: 1,
      qkv_bias: false,
      initializer_range: 0.1,
      head_dim: 24,
      encoder_stride: 16,
      something_new: { a: [1] },
    });
    expect(config).toEqual({
      width: 96,
      blocks: 8,
      heads: 4,
      hidden: 192,
      activation: 'quick_gelu',
      epsilon: 1e-6,
      image: { height: 28, width: 56 },
      patch: { height: 4, width: 7 },
      grid: { height: 7, width: 8 },
      tokens: 57,
      channels: 1,
      qkvBias: false,
      initializerRange: 0.1,
    });
  });

  it.each([
    [{ hidden_size: 0 }, 'hidden_size is 0', 'an integer from 1 to 65536'],
    [{ hidden_size: -8 }, 'hidden_size is -8', 'an integer from 1 to 65536'],
    [{ hidden_size: 1e300 }, 'hidden_size is 1e+300', 'an integer from 1 to 65536'],
    [{ num_hidden_layers: 1.5 }, 'num_hidden_layers is 1.5', 'an integer from 1 to 1024'],
    [{ num_attention_heads: null }, 'num_attention_heads is null', 'an integer from 1 to 1024'],
    [{ intermediate_size: '3072' }, 'intermediate_size is "3072"', 'an integer from 1 to 1048576'],
    [{ num_channels: 0 }, 'num_channels is 0', 'an integer from 1 to 4096'],
    [{ qkv_bias: 'yes' }, 'qkv_bias is "yes"', 'true or false'],
    [{ layer_norm_eps: 0 }, 'layer_norm_eps is 0', 'a number above 0, at most 1'],
    [{ initializer_range: -1 }, 'initializer_range is -1', 'a number above 0, at most 1'],
    [{ image_size: [224] }, 'image_size is [224]', 'an integer from 1 to 16384, or [height, width]'],
    [{ image_size: 0 }, 'image_size is 0', 'an integer from 1 to 16384, or [height, width]'],
    [{ patch_size: [16, 0] }, 'patch_size is [16,0]', 'an integer from 1 to 16384, or [height, width]'],
    [{ model_type: 'bert' }, 'model_type is "bert"', 'vit'],
    [
      { hidden_size: 100, num_attention_heads: 3 },
      'hidden_size 100 is not divisible by num_attention_heads 3',
      'num_attention_heads 1, 2, 4, 5, 10, 20, 25, 50',
    ],
    [
      { head_dim: 32 },
      'head_dim is 32, which times num_attention_heads 12 is not hidden_size 768',
      'head_dim 64, or no head_dim',
    ],
    [
      { image_size: 225 },
      'image_size 225 (height) is not divisible by patch_size 16',
      'a multiple of 16, such as 224 or 240',
    ],
    [
      { image_size: [32, 8], patch_size: 16 },
      'image_size 8 (width) is not divisible by patch_size 16',
      'a multiple of 16, such as 16',
    ],
    [
      { image_size: 512, patch_size: 1 },
      'image_size and patch_size make 262145 tokens',
      'at most 65536 tokens: smaller image_size or larger patch_size',
    ],
    [
      { hidden_size: 65536, num_attention_heads: 1024, num_hidden_layers: 1024 },
      'the sizes make a model of 18004.6 billion parameters',
      'at most 4 billion: smaller hidden_size, intermediate_size or num_hidden_layers',
    ],
  ])('refuses %j', (json, message, allowed) => {
    expect(errorText(json as JsonObject)).toBe(
      `error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`,
    );
  });

  it('names the activation that was probably meant', () => {
    expect(errorText({ hidden_act: 'quickgelu' })).toMatchInlineSnapshot(`
      "error BACKBONE_CONFIG at config.json
        hidden_act is "quickgelu"
        allowed: gelu, gelu_new, quick_gelu, relu, silu, tanh
        fix: did you mean "quick_gelu"?"
    `);
  });

  it('shortens long values', () => {
    expect(errorText({ hidden_size: 'x'.repeat(500) })).toContain(`hidden_size is "${'x'.repeat(59)}…\n`);
  });

  it('either reads or explains, whatever the file holds', () => {
    const keys = [
      'hidden_size',
      'num_attention_heads',
      'image_size',
      'patch_size',
      'hidden_act',
      '__proto__',
      'x',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (json) => {
        const text = errorText(json as JsonObject);
        return text === 'no error' || text.startsWith('error BACKBONE_CONFIG at config.json\n');
      }),
    );
  });
});

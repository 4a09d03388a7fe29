import type { JsonObject } from '@mdpd/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareImage } from './preprocess.ts';
import { readPreprocessing, savedPreprocessing, type PreprocessingPreset } from './preprocessor-config.ts';

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
});

function read(
  config?: JsonObject,
  preset: PreprocessingPreset = 'checkpoint',
  inputShape: number[] = [3, 224, 224],
) {
  return readPreprocessing({ preset, config, inputShape, warn: (message) => warnings.push(message) });
}

const vit = {
  channels: 3,
  height: 224,
  width: 224,
  resize: { height: 224, width: 224 },
  resample: 2,
  rescaleFactor: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

describe('readPreprocessing', () => {
  it('reads the file of google/vit-base-patch16-224-in21k', () => {
    const file = {
      do_normalize: true,
      do_resize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      size: 224,
    };
    expect(read(file)).toEqual(vit);
    expect(warnings).toEqual([]);
  });

  it('has presets for the two families of VTAB-1k papers', () => {
    const imagenet = { ...vit, resample: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect(read(undefined, 'imagenet')).toEqual(imagenet);
    expect(read({ size: 17 }, 'inception')).toEqual({ ...vit, resample: 3 });
    expect(warnings).toEqual([]);
  });

  it('says what it assumes where the backbone has no file', () => {
    expect(read()).toEqual(vit);
    expect(warnings).toEqual([
      'the backbone has no preprocessor_config.json: direct bilinear resize, mean 0.5 and std 0.5 are used',
    ]);
  });

  it('ends at the size of the backbone and says where the file differs', () => {
    expect(read({ size: { height: 384, width: 384 } })).toEqual(vit);
    expect(warnings).toEqual([
      'preprocessor_config.json asks for 384 x 384 pixels, the backbone reads 224 x 224: that is used',
    ]);
    warnings = [];
    const crop = { do_center_crop: true, crop_size: 112, size: { shortest_edge: 128 } };
    expect(read(crop)).toEqual({ ...vit, resize: { shortestEdge: 256 } });
    expect(warnings).toHaveLength(1);
  });

  it('reads resizing by the shorter side, with and without crop', () => {
    expect(read({ size: { shortest_edge: 224 } }).resize).toEqual({ shortestEdge: 224 });
    expect(read({ size: { shortest_edge: 100 } }).resize).toEqual({ shortestEdge: 224 });
    const clip = {
      feature_extractor_type: 'CLIPFeatureExtractor',
      size: 224,
      crop_size: 224,
      do_center_crop: true,
    };
    expect(read(clip).resize).toEqual({ shortestEdge: 224 });
    const deit = {
      size: { height: 256, width: 256 },
      crop_size: { height: 224, width: 224 },
      do_center_crop: true,
    };
    expect(read(deit).resize).toEqual({ height: 256, width: 256 });
    expect(read({ ...deit, do_center_crop: false }).resize).toEqual({ height: 224, width: 224 });
  });

  it('reads switches', () => {
    expect(read({ do_normalize: false, image_mean: [9, 9, 9] })).toMatchObject({
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect(read({ do_rescale: false })).toMatchObject({ rescaleFactor: 1 });
    expect(read({ rescale_factor: 0.5 })).toMatchObject({ rescaleFactor: 0.5 });
    read({ do_resize: false });
    expect(warnings).toEqual([
      'preprocessor_config.json does not resize; images of other sizes than 224 x 224 are resized all the same',
    ]);
  });

  it('reads backbones of one channel', () => {
    const grey = read({ image_mean: [0.3], image_std: [0.2] }, 'checkpoint', [1, 28, 28]);
    expect(grey).toMatchObject({ channels: 1, mean: [0.3], std: [0.2] });
    expect(read(undefined, 'imagenet', [1, 28, 28]).mean[0]).toBeCloseTo(0.449, 3);
    const rgb = {
      width: 28,
      height: 28,
      channels: 3,
      data: new Uint8Array(28 * 28 * 3).map((_, i) => [255, 0, 0][i % 3]!),
    } as const;
    expect([...new Set(prepareImage(rgb, grey).data)]).toEqual([76]);
  });

  it.each([
    [{ size: 0 }, '"size" is 0', 'a side in pixels, {"height", "width"} or {"shortest_edge"}'],
    [
      { size: { height: 3 } },
      '"size" is {"height":3}',
      'a side in pixels, {"height", "width"} or {"shortest_edge"}',
    ],
    [{ size: 1e9 }, '"size" is 1000000000', 'a side in pixels, {"height", "width"} or {"shortest_edge"}'],
    [{ do_resize: 'yes' }, '"do_resize" is "yes"', 'true or false'],
    [
      { resample: 9 },
      '"resample" is 9',
      '0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic), 4 (box), 5 (hamming)',
    ],
    [{ image_mean: [1, 2] }, '"image_mean" is [1,2]', '3 numbers, one for each channel'],
    [{ image_std: [1, 0, 1] }, '"image_std" is [1,0,1]', 'numbers above 0'],
    [{ image_std: 'x' }, '"image_std" is "x"', '3 numbers, one for each channel'],
    [{ rescale_factor: -1 }, '"rescale_factor" is -1', 'a number above 0'],
  ] as [JsonObject, string, string][])('refuses %j', (config, message, allowed) => {
    expect(() => read(config)).toThrowError(
      expect.objectContaining({
        code: 'PREPROCESSOR_CONFIG',
        place: 'preprocessor_config.json',
        message,
        allowed,
      }),
    );
  });

  it('refuses a backbone that reads no images', () => {
    for (const shape of [[128], [4, 224, 224], [3, 0, 224]]) {
      expect(() => read(undefined, 'checkpoint', shape)).toThrowError(
        expect.objectContaining({
          code: 'BACKBONE_INPUT',
          allowed: 'pixel_values of [1 or 3, height, width]',
        }),
      );
    }
  });
});

describe('savedPreprocessing', () => {
  it('is what Hugging Face writes for ViT', () => {
    expect(savedPreprocessing(read(undefined, 'imagenet'))).toEqual({
      image_processor_type: 'ViTImageProcessor',
      do_convert_rgb: true,
      do_resize: true,
      size: { height: 224, width: 224 },
      resample: 3,
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: [0.485, 0.456, 0.406],
      image_std: [0.229, 0.224, 0.225],
    });
  });
});

/** ViT, on images of normal numbers. */
import { vitProvider } from '@mdpd/backbone-vit/vit-provider';
import { hostTensor } from '@mdpd/tensor/host';
import type { VitShape } from '../shapes.ts';
import { encoderKeys, patchKeys } from './config-keys.ts';
import type { BenchFamily } from './family.ts';

export const vit: BenchFamily<VitShape> = {
  provider: vitProvider,
  config: (shape) => ({
    ...encoderKeys(shape),
    ...patchKeys(shape),
  }),
  input: ({ channels, image }, size, random) => {
    const pixels = Float32Array.from({ length: size * channels * image * image }, () => random.normal());
    return { pixel_values: hostTensor(pixels, [size, channels, image, image]) };
  },
  small: {
    family: 'vit',
    blocks: 4,
    width: 24,
    heads: 3,
    hidden: 40,
    channels: 3,
    patch: 5,
    image: 25,
    tokens: 26,
    classes: 7,
  },
};

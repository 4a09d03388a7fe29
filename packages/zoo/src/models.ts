/** Tiny pretrained backbones, kept in `models/` as Hugging Face folders. */
import { fileURLToPath } from 'node:url';
import type { ModelSource } from '@mdpd/core';

const folderOf = (name: string): string => fileURLToPath(new URL(`../models/${name}`, import.meta.url));

export const models: readonly ModelSource[] = [
  {
    name: 'zoo:tiny-vit',
    description: 'ViT of 6 blocks × 64 for 28×28 images, pretrained on clothes, strokes, shapes and textures',
    folder: folderOf('tiny-vit'),
  },
  {
    name: 'zoo:tiny-bert',
    description: 'BERT of 4 blocks × 128 for English texts of 64 tokens, pretrained on speeches and a novel',
    folder: folderOf('tiny-bert'),
  },
  {
    name: 'zoo:tiny-vilt',
    description:
      'ViLT of 4 blocks × 96 for 64×64 images with texts, pretrained on captions of generated scenes',
    folder: folderOf('tiny-vilt'),
  },
  {
    name: 'zoo:tiny-clip',
    description:
      'CLIP of 4 + 3 blocks × 96 for 64×64 images with texts, pretrained on captions of generated scenes',
    folder: folderOf('tiny-clip'),
  },
];

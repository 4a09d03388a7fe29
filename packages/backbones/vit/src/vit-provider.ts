/** The ViT backbone as the plugin offers it. */
import type { BackboneProvider } from '@mdpd/core';
import { createVit } from './vit-backbone.ts';
import { initializeVit } from './vit-initialize.ts';
import { canonicalName } from './vit-parameters.ts';
import { savedVitConfig } from './vit-saved-config.ts';

export const vitProvider: BackboneProvider = {
  name: 'vit',
  description: 'Vision Transformer (Hugging Face ViTModel, ViTForImageClassification)',
  modelTypes: ['vit'],
  create: createVit,
  canonicalName,
  initialize: initializeVit,
  savedConfig: savedVitConfig,
};

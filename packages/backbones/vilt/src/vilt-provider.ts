/** The ViLT backbone as the plugin offers it. */
import type { BackboneProvider } from '@mdpd/core';
import { createVilt } from './vilt-backbone.ts';
import { initializeVilt } from './vilt-initialize.ts';
import { canonicalName } from './vilt-parameters.ts';
import { savedViltConfig } from './vilt-saved-config.ts';

export const viltProvider: BackboneProvider = {
  name: 'vilt',
  description: 'ViLT (Hugging Face ViltModel, ViltForQuestionAnswering, ViltForImageAndTextRetrieval)',
  modelTypes: ['vilt'],
  create: createVilt,
  canonicalName,
  initialize: initializeVilt,
  savedConfig: savedViltConfig,
};

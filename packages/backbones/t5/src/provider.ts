/** The backbone as the plugin offers it. */
import type { BackboneProvider } from '@mdpd/core';
import { canonicalName } from './canonical-name.ts';
import { initializeT5 } from './initialize.ts';
import { savedT5Config } from './saved-config.ts';
import { createT5 } from './t5-backbone.ts';

export const t5Provider: BackboneProvider = {
  name: 't5',
  description: 'T5, T5 v1.1 and Flan-T5 (Hugging Face T5ForConditionalGeneration)',
  modelTypes: ['t5'],
  create: createT5,
  canonicalName,
  initialize: initializeT5,
  savedConfig: savedT5Config,
};

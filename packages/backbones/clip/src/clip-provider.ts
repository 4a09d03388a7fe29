/** The CLIP backbone as the plugin offers it. */
import type { BackboneProvider } from '@mdpd/core';
import { createClip } from './clip-backbone.ts';
import { initializeClip } from './clip-initialize.ts';
import { canonicalName } from './clip-parameters.ts';
import { savedClipConfig } from './clip-saved-config.ts';

export const clipProvider: BackboneProvider = {
  name: 'clip',
  description: 'CLIP (Hugging Face CLIPModel), with heads for answers, classes, matches and boxes',
  modelTypes: ['clip'],
  create: createClip,
  canonicalName,
  initialize: initializeClip,
  savedConfig: savedClipConfig,
};

/** The backbones as the plugin offers them. */
import type { BackboneProvider } from '@mdpd/core';
import { bert, distilbert, roberta } from './families.ts';
import type { Family } from './family.ts';
import { initializeText } from './initialize.ts';
import { savedTextConfig } from './saved-config.ts';
import { createText } from './text-backbone.ts';

function provider(family: Family): BackboneProvider {
  const { name, description, canonicalName } = family;
  return {
    name,
    description,
    modelTypes: [name],
    create: (config) => createText(family, config),
    canonicalName,
    initialize: (backbone, random) => initializeText(family, backbone, random),
    savedConfig: savedTextConfig,
  };
}

export const bertProvider = provider(bert);
export const robertaProvider = provider(roberta);
export const distilbertProvider = provider(distilbert);

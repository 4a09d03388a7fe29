/** Plugin that adds the BERT, RoBERTa and DistilBERT backbones. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

/** What the package adds: BERT, RoBERTa and DistilBERT. */
const plugin: Plugin = definePlugin({
  name: '@mdpd/backbone-bert',
  backbones: [bertProvider, robertaProvider, distilbertProvider],
});

export default plugin;

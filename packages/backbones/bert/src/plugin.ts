/** Plugin that adds the BERT, RoBERTa and DistilBERT backbones. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const plugin: Plugin = definePlugin({
  name: '@mdpd/backbone-bert',
  backbones: [bertProvider, robertaProvider, distilbertProvider],
});

export default plugin;

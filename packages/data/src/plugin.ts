/** The plugin of this package: the data sources that need no generator. */
import { definePlugin } from '@mdpd/core';
import { fashionMnistSource } from './fashion-mnist-source.ts';
import { mnistSource } from './mnist-source.ts';
import { mobyDickSource, sotuSource } from './text/document-source.ts';
import { spamSource } from './text/spam-source.ts';

/** What the package adds: images and texts of npm packages. */
export default definePlugin({
  name: '@mdpd/data',
  sources: [mnistSource, fashionMnistSource],
  textSources: [spamSource, sotuSource, mobyDickSource],
});

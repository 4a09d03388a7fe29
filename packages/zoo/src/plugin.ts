/** Tiny pretrained backbones and generators of sample data. */
import { definePlugin } from '@mdpd/core';
import { glyphs, symbols } from './glyphs.ts';
import { models } from './models.ts';
import { captionedScenes, scenes } from './scenes/scene-sources.ts';
import { shapes } from './shapes.ts';
import { textures } from './textures.ts';

/** What the package adds: tiny pretrained models, and generators of sample data. */
export default definePlugin({
  name: '@mdpd/zoo',
  models,
  sources: [glyphs, symbols, shapes, textures],
  folderSources: [scenes, captionedScenes],
});

/** Plugin that adds the ViT backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { vitProvider } from './vit-provider.ts';

/** What the package adds: ViT. */
const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-vit', backbones: [vitProvider] });

export default plugin;

/** Plugin that adds the ViLT backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { viltProvider } from './vilt-provider.ts';

/** What the package adds: ViLT. */
const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-vilt', backbones: [viltProvider] });

export default plugin;

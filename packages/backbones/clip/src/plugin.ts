/** Plugin that adds the CLIP backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { clipProvider } from './clip-provider.ts';

/** What the package adds: CLIP. */
const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-clip', backbones: [clipProvider] });

export default plugin;

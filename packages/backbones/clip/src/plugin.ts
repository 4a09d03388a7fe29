/** Plugin that adds the CLIP backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';

const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-clip', backbones: [] });

export default plugin;

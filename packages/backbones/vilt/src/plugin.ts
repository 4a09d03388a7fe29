/** Plugin that adds the ViLT backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';

const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-vilt', backbones: [] });

export default plugin;

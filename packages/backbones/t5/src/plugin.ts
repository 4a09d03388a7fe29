/** Plugin that adds the T5 backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { t5Provider } from './provider.ts';

const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-t5', backbones: [t5Provider] });

export default plugin;

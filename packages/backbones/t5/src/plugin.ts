/** Plugin that adds the T5 backbone. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { t5Provider } from './provider.ts';

/** What the package adds: T5. */
const plugin: Plugin = definePlugin({ name: '@mdpd/backbone-t5', backbones: [t5Provider] });

export default plugin;

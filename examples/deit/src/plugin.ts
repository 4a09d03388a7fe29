/** Plugin that adds the backbone DeiT. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { deitProvider } from './deit-provider.ts';

const plugin: Plugin = definePlugin({ name: 'mdpd-backbone-deit', backbones: [deitProvider] });

export default plugin;

/** Plugin that adds the method UniPT. */
import { definePlugin, type Plugin } from '@mdpd/core';
import { uniptMethod } from './unipt-method.ts';

const plugin: Plugin = definePlugin({ name: 'mdpd-method-unipt', methods: [uniptMethod] });

export default plugin;

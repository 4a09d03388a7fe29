// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- Nx loads generators as CommonJS, without a build. */
/** `nx g ./tools/mdpd-plugin:backbone-plugin NAME` */
const { pluginGenerator } = require('./plugin-generator');

module.exports = pluginGenerator('backbone');

/** The methods of this package: `mdpd` and its controls. */
import { definePlugin } from '@mdpd/core';
import { labelMethods } from './methods/label-method.ts';
import { mdpdMethod } from './methods/mdpd-method.ts';
import { sideMethod } from './methods/side-method.ts';

/** What the package adds: `mdpd` and its controls. */
export default definePlugin({
  name: '@mdpd/distill',
  methods: [mdpdMethod, sideMethod, ...labelMethods],
});

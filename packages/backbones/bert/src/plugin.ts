/** The plugin of this package. */
import { definePlugin } from '@mdpd/core';

export default definePlugin({ name: '@mdpd/backbone-bert' });

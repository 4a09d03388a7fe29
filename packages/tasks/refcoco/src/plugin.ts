/** The plugin of this package: boxes of what a phrase names. */
import { definePlugin } from '@mdpd/core';
import { refcocoProvider } from './refcoco-provider.ts';

/** What the package adds: boxes of what a phrase names. */
export default definePlugin({ name: '@mdpd/task-refcoco', tasks: [refcocoProvider] });

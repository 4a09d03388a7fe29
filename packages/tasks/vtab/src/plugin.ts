/** The plugin of this package: image classification. */
import { definePlugin } from '@mdpd/core';
import { vtabProvider } from './vtab-provider.ts';

/** What the package adds: classes of images. */
export default definePlugin({ name: '@mdpd/task-vtab', tasks: [vtabProvider] });

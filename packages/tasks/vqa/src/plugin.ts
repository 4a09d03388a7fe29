/** The plugin of this package: questions about images. */
import { definePlugin } from '@mdpd/core';

export default definePlugin({ name: '@mdpd/task-vqa', tasks: [] });

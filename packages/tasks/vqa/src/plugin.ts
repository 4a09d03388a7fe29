/** The plugin of this package: questions about images, and pretraining on their captions. */
import { definePlugin } from '@mdpd/core';
import { contrastiveProvider, matchingProvider } from './caption-providers.ts';
import { maskedCaptionsProvider } from './masked-captions-provider.ts';
import { gqaProvider, vqaProvider } from './question-providers.ts';

/** What the package adds: questions about images, and pretraining on their captions. */
export default definePlugin({
  name: '@mdpd/task-vqa',
  tasks: [vqaProvider, gqaProvider, matchingProvider, contrastiveProvider, maskedCaptionsProvider],
});

/** The plugin of this package: classes and scores of texts, and the words that are hidden in them. */
import { definePlugin } from '@mdpd/core';
import { glueProvider } from './glue-provider.ts';
import { mlmProvider } from './mlm-provider.ts';
import { textProvider } from './text-provider.ts';

/** What the package adds: tasks over texts. */
export default definePlugin({ name: '@mdpd/task-glue', tasks: [glueProvider, textProvider, mlmProvider] });

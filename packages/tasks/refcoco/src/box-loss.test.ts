import { readFileSync } from 'node:fs';
import { memoryExecutor } from '@mdpd/testing/reference';

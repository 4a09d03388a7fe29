/**
 * Writes the event file of the example run, for `tensorboard_events.py` to read:
 *
 *   node --conditions=@mdpd/source --import tsx tools/oracles/write_events.ts
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventFile, oracles, writeExampleRun } from '@mdpd/report/testing/example-run';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-events-'));
await writeExampleRun(folder);
copyFileSync(path.join(folder, eventFile), path.join(oracles, eventFile));
rmSync(folder, { recursive: true });

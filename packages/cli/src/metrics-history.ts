/** What pages show of metrics.jsonl, which may still grow. */
import { RecordHistory } from '@mdpd/report/record-history';
import { RecordLines } from '@mdpd/report/record-lines';
import type { RunView } from '@mdpd/report/run-view';

/** The records of a run from its file, read on from where they were read last. */
export class MetricsHistory {
  private readonly lines: RecordLines;
  private readonly history = new RecordHistory();

  /** @param file - need not be there yet */
  constructor(file: string) {
    this.lines = new RecordLines(file);
  }

  /** Everything that is whole by now, thinned out. Throws RECORDS_INVALID, and what the system throws. */
  read(): Pick<RunView, 'records' | 'totals'> {
    for (const record of this.lines.rest()) this.history.add(record);
    return { records: this.history.records(), totals: this.history.totals };
  }
}

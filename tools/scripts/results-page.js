// @ts-check
/** Renders `docs/results.md` from the result files of all sweeps. */

/**
 * @typedef {import('./results.js').Spec} Spec
 * @typedef {{ row: string, seed: number, overrides: string[], result: any }} Run
 * @typedef {{ spec: any, name: string, runs: Run[], tuning: Run[] }} Sweep
 */

/** @param {number[]} numbers */
function mean(numbers) {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Sample standard deviation. @param {number[]} numbers */
function spread(numbers) {
  if (numbers.length < 2) return 0;
  const middle = mean(numbers);
  return Math.sqrt(numbers.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (numbers.length - 1));
}

/** @param {number[]} numbers @param {number} digits */
function pm(numbers, digits = 2) {
  if (numbers.length === 0) return '–';
  if (numbers.length === 1) return mean(numbers).toFixed(digits);
  return `${mean(numbers).toFixed(digits)} ± ${spread(numbers).toFixed(digits)}`;
}

/** @param {number} value */
function signed(value) {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`;
}

/** Percent of the primary metric along a path, for every seed that has it. @param {Run[]} runs @param {string} path */
function scores(runs, path) {
  return runs
    .map(({ result }) => result.metrics[path]?.[result.metrics.primary])
    .filter((value) => value !== undefined && value !== null)
    .map((value) => 100 * value);
}

/** What a row is judged by: the faded model, or the side network where that is what stays. @param {Run[]} runs */
function verdict(runs) {
  const faded = scores(runs, 'faded');
  return faded.length > 0 ? faded : scores(runs, 'side');
}

/** @param {Sweep[]} sweeps */
export function renderPage(sweeps) {
  const names = sweeps.map(({ name }) => `\`npm run results -- ${name}\``).join(', ');
  return `${['# Results', `<!-- written by ${names}; do not edit -->`, ...sweeps.map(renderSection)].join('\n\n')}\n`;
}

/** @param {Sweep} sweep */
function renderSection({ spec, name, runs, tuning }) {
  /** @param {string} row */
  const of = (row) => runs.filter((run) => run.row === row);
  const shown = spec.rows.filter((/** @type {any} */ row) => of(row.name).length > 0);
  const environment = runs[0]?.result.environment ?? {};
  return [
    `## ${spec.title}`,
    spec.text.trim(),
    accuracyTable(shown, of, spec.metric),
    costTable(shown, of),
    verdictText(spec, of),
    baselineText(spec, of),
    overridesTable(shown),
    tuning.length > 0 ? tuningTable(tuning) : '',
    `Made by \`npm run results -- ${name}\` on ${environment.cpu}, ${environment.platform}, Node ${environment.node}, ` +
      `executor ${runs[0]?.result.executor}; ${runs.length} of ${spec.rows.length * spec.seeds.length} runs, seeds ` +
      `${[...new Set(runs.map(({ seed }) => seed))].join(', ')}. Every run's \`result.json\` stands in ` +
      `\`results/${name.replaceAll('/', '-')}.json\`.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** @param {any[]} rows @param {(row: string) => Run[]} of */
function accuracyTable(rows, of, metric = 'accuracy') {
  const [head, full] = [verdict(of('head')), verdict(of('full'))].map((values) =>
    values.length ? mean(values) : NaN,
  );
  const lines = rows.map((row) => {
    const runs = of(row.name);
    const own = verdict(runs);
    const faded = scores(runs, 'faded');
    const side = scores(runs, 'side');
    const twin = row.twin ? verdict(of(row.twin)) : [];
    const agreements = runs
      .map(({ result }) => result.agreement)
      .filter((value) => typeof value === 'number');
    const recovered = (100 * (mean(own) - head)) / (full - head);
    return [
      row.name,
      pm(faded),
      pm(side),
      faded.length && side.length ? signed(mean(faded) - mean(side)) : '–',
      row.twin ? `${row.twin} ${pm(twin)}` : '–',
      row.twin && twin.length ? signed(mean(own) - mean(twin)) : '–',
      Number.isFinite(recovered) ? `${recovered.toFixed(0)} %` : '–',
      agreements.length ? `${(100 * mean(agreements)).toFixed(1)} %` : '–',
      String(runs.length),
    ];
  });
  return table(
    [
      'method',
      `faded ${metric}`,
      `side ${metric}`,
      'faded − side',
      'label-only twin',
      'over twin',
      'head → full recovered',
      'agreement',
      'seeds',
    ],
    lines,
  );
}

/** @param {any[]} rows @param {(row: string) => Run[]} of */
function costTable(rows, of) {
  const count = (/** @type {number} */ value) => value.toLocaleString('en-US');
  const lines = rows.map((row) => {
    const runs = of(row.name);
    /** @param {(result: any) => number | undefined} pick */
    const values = (pick) =>
      runs.map(({ result }) => pick(result)).filter((value) => typeof value === 'number');
    const { parameters } = /** @type {Run} */ (runs[0]).result;
    const faded = values((r) => r.inference.fadedMs);
    const side = values((r) => r.inference.sideMs);
    return [
      row.name,
      count(parameters.trainedInBackbone),
      count(parameters.side),
      count(parameters.inference),
      (mean(values((r) => r.memory.peakRssBytes)) / 1e6).toFixed(0),
      pm(
        values((r) => r.time.secondsPerStep),
        3,
      ),
      faded.length ? mean(faded).toFixed(1) : '–',
      side.length ? mean(side).toFixed(1) : '–',
      faded.length && side.length ? `${(100 * (1 - mean(faded) / mean(side))).toFixed(1)} %` : '–',
    ];
  });
  return table(
    [
      'method',
      'trained in backbone',
      'side (dropped)',
      'remain at inference',
      'peak RSS, MB',
      'seconds a step',
      'faded, ms a batch',
      'with side, ms a batch',
      'faster by',
    ],
    lines,
  );
}

/** @param {any} spec @param {(row: string) => Run[]} of */
function verdictText(spec, of) {
  const main = of(spec.main);
  const row = spec.rows.find((/** @type {any} */ candidate) => candidate.name === spec.main);
  if (main.length === 0 || !row?.twin) return '';
  const [own, side, twin] = [verdict(main), scores(main, 'side'), verdict(of(row.twin))].map(mean);
  const [norm, head, full] = ['norm', 'head', 'full'].map((name) => mean(verdict(of(name))));
  const recovered = (100 * (own - head)) / (full - head);
  const check = (/** @type {boolean} */ holds) => (holds ? 'holds' : 'does not hold');
  return [
    `The aims for the recipe as shipped (\`${spec.main}\`):`,
    '',
    `- above its label-only twin (${own.toFixed(2)} against ${twin.toFixed(2)}): ${check(own > twin)};`,
    `- at most 0.5 points under its own side network (${signed(own - side)}): ${check(own >= side - 0.5)};`,
    `- above \`norm\` (${norm.toFixed(2)}): ${check(own > norm)};`,
    `- at least 80 % of the way from \`head\` to \`full\` (${recovered.toFixed(0)} %): ${check(recovered >= 80)}.`,
  ].join('\n');
}

/** What is known without the image, or without image and question. @param {any} spec @param {(row: string) => Run[]} of */
function baselineText(spec, of) {
  const { blind } = spec;
  const { baseline, primary } = of(blind)[0]?.result.metrics ?? {};
  if (!baseline) return '';
  const full = mean(verdict(of('full')));
  return (
    `What can be had without looking: ${baseline.name} gives ${(100 * baseline.metrics[primary]).toFixed(2)}; a model trained ` +
    `without images (\`${blind}\`) ${pm(verdict(of(blind)))}; \`full\` ${full.toFixed(2)}.`
  );
}

/** @param {any[]} rows */
function overridesTable(rows) {
  const lines = rows.map((row) => [
    row.name,
    row.overrides.map((/** @type {string} */ o) => `\`${o}\``).join(' ') || '–',
    row.note ?? '',
  ]);
  return `What each row changes of the recipe:\n\n${table(['method', 'overrides', 'note'], lines)}`;
}

/** @param {Run[]} runs */
function tuningTable(runs) {
  const byRow = new Map();
  for (const run of runs) byRow.set(run.row, [...(byRow.get(run.row) ?? []), run]);
  const lines = [...byRow].map(([row, all]) => {
    const tried = all.map((/** @type {Run} */ run) => ({
      what: run.overrides
        .slice(-1 - countTuned(all))
        .slice(0, -1)
        .map((o) => o.replace(/^train\.learningRate\./u, ''))
        .join(' '),
      score: mean(verdict([run])),
    }));
    const best = Math.max(...tried.map(({ score }) => score));
    return [
      row,
      tried
        .map(({ what, score }) =>
          score === best ? `**${what}: ${score.toFixed(2)}**` : `${what}: ${score.toFixed(2)}`,
        )
        .join('<br>'),
    ];
  });
  return `Learning rates, tuned on validation data, seed 0, in percent:\n\n${table(['method', 'tried'], lines)}`;
}

/** How many of a run's last overrides were tuned: those that differ between the runs of its row. @param {Run[]} runs */
function countTuned(runs) {
  const keys = new Set();
  for (const run of runs)
    for (const text of run.overrides)
      if (!runs.every(({ overrides }) => overrides.includes(text))) keys.add(text.split('=')[0]);
  return keys.size;
}

/** @param {string[]} head @param {string[][]} lines */
function table(head, lines) {
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

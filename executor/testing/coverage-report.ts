import type { Coverage } from './coverage.ts';

/** Coverage of one workflow file. */
export interface FileCoverage {
  readonly file: string;
  readonly source: string;
  readonly coverage: Coverage;
}

/** One line for each file, with the lines and branches that did not run. */
export function coverageText(files: readonly FileCoverage[]): string {
  const rows = files.map(({ file, coverage: { steps, branches } }) => {
    const missed = steps.filter(({ hits }) => hits === 0).map(({ line }) => line);
    const open = branches.filter(({ hits }) => hits === 0).map(({ line, branch }) => `${line}/${branch}`);
    const ran = `${percent(steps)} of ${steps.length} steps, ${percent(branches)} of ${branches.length} branches`;
    const lines = missed.length === 0 ? '' : `; lines that did not run: ${missed.join(', ')}`;
    return `${file}: ${ran}${lines}${open.length === 0 ? '' : `; branches not taken: ${open.join(', ')}`}\n`;
  });
  return rows.join('');
}

function percent(items: readonly { readonly hits: number }[]): string {
  const hit = items.filter(({ hits }) => hits > 0).length;
  return items.length === 0 ? '100 %' : `${Math.floor((100 * hit) / items.length)} %`;
}

/** The tracefile format of lcov, which editors and coverage services read. */
export function coverageLcov(files: readonly FileCoverage[]): string {
  const records = files.map(({ file, coverage: { steps, branches } }) => {
    const lines = new Map<number, number>();
    for (const { line, hits } of steps) lines.set(line, (lines.get(line) ?? 0) + hits);
    return [
      `SF:${file}`,
      ...branches.map(({ line, branch, hits }, at) => `BRDA:${line},0,${at}:${branch},${hits || '-'}`),
      `BRF:${branches.length}`,
      `BRH:${branches.filter(({ hits }) => hits > 0).length}`,
      ...[...lines].map(([line, hits]) => `DA:${line},${hits}`),
      `LF:${lines.size}`,
      `LH:${[...lines.values()].filter((hits) => hits > 0).length}`,
      'end_of_record',
    ].join('\n');
  });
  return `${records.join('\n')}\n`;
}

/**
 * One page with the sources: green for lines whose steps ran, red for those that did not, yellow for lines with a branch that was
 * not taken.
 */
export function coverageHtml(files: readonly FileCoverage[]): string {
  const sections = files.map(({ file, source, coverage: { steps, branches } }) => {
    const hits = new Map<number, number>();
    for (const step of steps) hits.set(step.line, (hits.get(step.line) ?? 0) + step.hits);
    const open = new Set(branches.filter((branch) => branch.hits === 0).map(({ line }) => line));
    const rows = source.split('\n').map((text, at) => {
      const count = hits.get(at + 1);
      const kind = count === undefined ? '' : count === 0 ? 'missed' : open.has(at + 1) ? 'partly' : 'ran';
      return `<tr class="${kind}"><td>${at + 1}</td><td>${count ?? ''}</td><td><pre>${escapeHtml(text)}</pre></td></tr>`;
    });
    const title = `${escapeHtml(file)}: ${percent(steps)} of steps, ${percent(branches)} of branches`;
    return `<h2>${title}</h2><table>${rows.join('')}</table>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Coverage</title><style>${STYLE}</style>${sections.join('')}</html>\n`;
}

const STYLE =
  'body{font-family:sans-serif}table{border-collapse:collapse}pre{margin:0}td{padding:0 .5em;text-align:right}td:last-child{text-align:left}.ran{background:#dfd}.missed{background:#fdd}.partly{background:#ffc}';

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

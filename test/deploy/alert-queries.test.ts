/** The PromQL of the alert policies and of the dashboard is PromQL, and reads series that the code emits. */
import { readdirSync, readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../shared/telemetry/instruments.ts';

const FOLDER = new URL('../../deploy/monitoring/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
const TELEMETRY = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');

/** A histogram is read by the counts of its buckets. */
const SERIES = [
  ...Object.keys({ ...COUNTERS, ...GAUGES }),
  ...Object.keys(HISTOGRAMS).map((name) => `${name}_bucket`),
];
/** The label of a bucket's upper bound, which histogram_quantile needs. */
const BUCKET_BOUND = 'le';

interface PromqlCondition {
  readonly query: string;
  readonly evaluationInterval: string;
  readonly duration: string;
  readonly disableMetricValidation: boolean;
}
interface Condition {
  readonly conditionPrometheusQueryLanguage?: PromqlCondition;
}
interface Policy {
  readonly file: string;
  readonly conditions: readonly Condition[];
}

const policies: readonly Policy[] = readdirSync(FOLDER)
  .filter((file) => file.startsWith('alert-'))
  .map((file) => ({ file, ...read(file) }));
const promqlPolicies = policies.filter(({ conditions }) =>
  conditions.some((one) => one.conditionPrometheusQueryLanguage),
);
const alertQueries = promqlPolicies.map(({ file, conditions }) => ({
  file,
  ...(conditions[0]?.conditionPrometheusQueryLanguage as PromqlCondition),
}));
const dashboardQueries = [
  ...JSON.stringify(read('dashboard.json')).matchAll(/"prometheusQuery":("(?:[^"\\]|\\.)*")/g),
].map(([, text = '']) => JSON.parse(text) as string);

/** What a query names, and where it is not PromQL. */
function parsed(query: string) {
  const series: string[] = [];
  const labels: string[] = [];
  const errors: number[] = [];
  let inGrouping = false;
  parser.parse(query).iterate({
    enter({ name, type, from, to }) {
      const text = query.slice(from, to);
      if (type.isError) errors.push(from);
      if (name === 'GroupingLabels') inGrouping = true;
      else if (name === 'QuotedLabelName') series.push(JSON.parse(text));
      else if (name === 'Identifier') series.push(text);
      else if (name === 'LabelName' && inGrouping) labels.push(text);
    },
    leave({ name }) {
      if (name === 'GroupingLabels') inGrouping = false;
    },
  });
  return { series, labels, errors };
}

describe('the PromQL of deploy/monitoring', () => {
  it.each([...alertQueries.map(({ query }) => query), ...dashboardQueries])('parses: %s', (query) => {
    expect(parsed(query).errors).toEqual([]);
  });

  it('is refused by the parser if a parenthesis is missing', () => {
    expect(parsed('sum by (method (rate({"lro.events"}[5m]))').errors).not.toEqual([]);
  });

  it.each(alertQueries)('$file reads series that the code emits', ({ query }) => {
    const { series } = parsed(query);
    expect(series.length).toBeGreaterThan(0);
    for (const name of series) expect(SERIES).toContain(name);
  });

  it.each([...alertQueries.map(({ query }) => query), ...dashboardQueries])(
    'groups by labels that docs/telemetry.md has for the metric: %s',
    (query) => {
      const { series, labels } = parsed(query);
      const metric = series[0]?.replace(/_bucket$/, '');
      const line = TELEMETRY.split('\n').find((one) => one.startsWith('|') && one.includes(`\`${metric}\``));
      for (const label of labels.filter((one) => one !== BUCKET_BOUND)) {
        expect(line).toContain(`\`${label}\``);
      }
    },
  );
});

/** https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#PrometheusQueryLanguageCondition */
describe('the policies with PromQL', () => {
  it.each(promqlPolicies)('$file has one condition, as a policy with PromQL may have', ({ conditions }) => {
    expect(conditions).toHaveLength(1);
  });

  it.each(alertQueries)('$file is evaluated each multiple of 30 s, for whole evaluations', (condition) => {
    const [interval, duration] = [condition.evaluationInterval, condition.duration].map(Number.parseFloat);
    expect((interval ?? 0) > 0 && (interval ?? 1) % 30 === 0).toBe(true);
    expect((duration ?? 1) % (interval ?? 1)).toBe(0);
  });

  it.each(alertQueries)('$file is accepted before its metric has a first point', (condition) => {
    expect(condition.disableMetricValidation).toBe(true);
  });

  it('have names that deploy.sh and Terraform tell from the others', () => {
    const names = promqlPolicies.map(({ file }) => file);
    expect(names).toEqual(
      policies.map(({ file }) => file).filter((file) => file.startsWith('alert-telemetry-')),
    );
    expect(names.length).toBeGreaterThan(0);
  });
});

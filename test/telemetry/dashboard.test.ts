/** The dashboard of deploy/monitoring and the metrics that the code emits name each other. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../shared/telemetry/instruments.ts';

const DASHBOARD = readFileSync(new URL('../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8');

/** The names of series: a histogram is read by the counts of its buckets. */
const SERIES = [
  ...Object.keys({ ...COUNTERS, ...GAUGES }),
  ...Object.keys(HISTOGRAMS).map((name) => `${name}_bucket`),
];

interface Tile {
  readonly xPos: number;
  readonly yPos: number;
  readonly widget: { readonly xyChart?: { readonly dataSets: readonly DataSet[] } };
}

interface DataSet {
  readonly timeSeriesQuery: { readonly prometheusQuery?: string };
}

const { tiles }: { tiles: readonly Tile[] } = JSON.parse(DASHBOARD).mosaicLayout;

it('the dashboard has a panel for each metric of telemetry, and names no other', () => {
  const queries = tiles.flatMap(({ widget }) =>
    (widget.xyChart?.dataSets ?? []).flatMap(({ timeSeriesQuery }) => timeSeriesQuery.prometheusQuery ?? []),
  );
  const named = queries.flatMap((query) => [...query.matchAll(/\{"([^"]+)"\}/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual(SERIES.toSorted());
});

it('the dashboard has one panel at each place', () => {
  const places = tiles.map(({ xPos, yPos }) => `${xPos} ${yPos}`);
  expect(new Set(places).size).toBe(places.length);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../shared/telemetry/instruments.ts';

const TEXT = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');

it('docs/telemetry.md lists every metric with its unit, and no other', () => {
  const listed = [...TEXT.matchAll(/^\| (`lro\.[^|]+) \| (`[^|]+) \|/gm)].flatMap(
    ([, names = '', units = '']) => {
      const unit = units.split(', ');
      return names.split(', ').map((name, index) => `${name} ${unit[index]}`);
    },
  );
  const known = Object.entries({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES }).map(
    ([name, { unit }]) => `\`${name}\` \`${unit}\``,
  );
  expect(listed.toSorted()).toEqual(known.toSorted());
});

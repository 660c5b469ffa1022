/** Filters in the docs are filters that the Operations API accepts. */
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/operations-api/filter/filter.ts';
import { linesOf, MARKDOWN } from './markdown.ts';

/** As an option of `lro`, as a field of a JSON body, and as an option of the client. */
const GIVEN = [/--filter '([^']+)'/g, /"filter":"((?:[^"\\]|\\.)+)"/g, /\bfilter: '([^']+)'/g];

const FILTERS = MARKDOWN.flatMap((file) =>
  linesOf(file).flatMap((line, index) =>
    GIVEN.flatMap((pattern) =>
      [...line.matchAll(pattern)]
        .map(([, filter = '']) => filter.replaceAll('\\"', '"'))
        .filter((filter) => filter !== '…')
        .map((filter) => ({ place: `${file}:${index + 1}`, filter })),
    ),
  ),
);

describe('a filter in a Markdown file', () => {
  it('stands in several files', () => {
    expect(FILTERS.length).toBeGreaterThan(3);
  });

  it.each(FILTERS)('is accepted: $filter at $place', ({ filter }) => {
    expect(() => parseFilter(filter)).not.toThrow();
  });
});

/** The fast reader of usual files beside the full YAML reader: where it reads a file, both read it alike. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCommonYaml } from '../../executor/source/common-yaml.ts';
import { readYaml } from '../../executor/source/document.ts';

const FOLDER = fileURLToPath(new URL('../../executor/examples', import.meta.url));
const WORKFLOW = fileURLToPath(new URL('../../workflows/parallel-poll.yaml', import.meta.url));
const SOURCES = [WORKFLOW, ...readdirSync(FOLDER).map((name) => join(FOLDER, name))].map((file) =>
  readFileSync(file, 'utf8'),
);

/** What has a meaning in YAML somewhere, or looks as if it had. */
const PIECES = [
  ...[' ', '  ', '\n', '\n ', '\n  ', ':', ': ', '#', ' #', '-', '- ', '- x\n', '"', "'", '""', "''"],
  ...[
    '[',
    ']',
    '{',
    '}',
    '[]',
    '{}',
    '{x}',
    ',',
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '%',
    '@',
    '`',
    '?',
    '? ',
    '---',
    '...',
  ],
  ...['0x1', '0o7', '1e3', '.5', '5.', '+1', '01', '1_0', '1:2', '.inf', '~', 'null', 'true', 'a: b', '<<'],
  ...['=', '$', '\\', '\t', '\r', 'é', '\u0085'],
];

/** A file of the repository with some places changed. */
const changed = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.array(
      fc.record({
        place: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(3),
        piece: fc.constantFrom('', ...PIECES),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([source, changes]) =>
    changes.reduce((text, { place, cut, piece }) => {
      const at = Math.floor(place * text.length);
      return text.slice(0, at) + piece + text.slice(at + cut);
    }, source),
  );

describe('the reader of usual YAML', () => {
  it('reads the files of this repository, as the full reader does', () => {
    for (const source of SOURCES) {
      const read = readCommonYaml(source);
      expect(read).toBeDefined();
      expect(read).toEqual(readYaml(source));
    }
  });

  it('reads a changed file as the full reader does, or leaves it to that one', () => {
    fc.assert(
      fc.property(changed, (text) => {
        const read = readCommonYaml(text);
        // The full reader throws for a mistake, which fails this property.
        if (read !== undefined) expect(read).toEqual(readYaml(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['an anchor', 'a: &x 1\n'],
    ['a block scalar', 'a: |\n  text\n'],
    ['a text of two lines', 'a: one\n  two\n'],
    ['a key that is there twice', 'a: 1\na: 2\n'],
    ['an exponent', 'a: 1e3\n'],
    ['an integer of more than 18 digits', 'a: 1234567890123456789\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a tab', 'a:\t1\n'],
  ])('leaves %s to the full reader', (_, text) => {
    expect(readCommonYaml(text)).toBeUndefined();
  });
});

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../rooms/tracked-files.ts';
import {
  anchors,
  declarationLine,
  declaredName,
  destination,
  type Link,
  links,
  MARKDOWN,
} from './markdown.ts';

const ABSOLUTE = /^(https?|mailto):/;

/** What is wrong with a link; undefined where it leads somewhere. */
function problem(link: Link): string | undefined {
  if (ABSOLUTE.test(link.target)) return URL.canParse(link.target) ? undefined : 'is no URL';
  const { path, fragment } = destination(link);
  if (path.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(REPOSITORY + path)) return 'names no file';
  if (fragment === '') return undefined;
  const line = /^L(\d+)$/.exec(fragment)?.[1];
  if (line !== undefined) return lineProblem(link, path, Number(line));
  return path.endsWith('.md') && anchors(path).has(fragment) ? undefined : 'names no heading';
}

/** A link to a line has the name that the line declares as its text. */
function lineProblem(link: Link, path: string, line: number): string | undefined {
  const name = declaredName(link);
  const declared = declarationLine(path, name);
  if (declared === 0) return `names a file that does not declare ${name}`;
  return line === declared ? undefined : `is line ${declared} now: npm run docs`;
}

describe('a link in a Markdown file', () => {
  it.each(MARKDOWN)('leads somewhere: %s', (file) => {
    const broken = links(file).flatMap((link) => {
      const what = problem(link);
      return what === undefined ? [] : [`${link.file}:${link.line}: ${link.target} ${what}`];
    });
    expect(broken).toEqual([]);
  });
});

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../rooms/tracked-files.ts';
import { anchors, destination, type Link, linesOf, links, MARKDOWN } from './markdown.ts';

const ABSOLUTE = /^(https?|mailto):/;

/** What is wrong with a link; undefined where it leads somewhere. */
function problem(link: Link): string | undefined {
  if (ABSOLUTE.test(link.target)) return URL.canParse(link.target) ? undefined : 'is no URL';
  const { path, fragment } = destination(link);
  if (path.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(REPOSITORY + path)) return 'names no file';
  if (fragment === '') return undefined;
  const line = /^L(\d+)$/.exec(fragment)?.[1];
  if (line !== undefined) return lineProblem(path, Number(line), link.text);
  return path.endsWith('.md') && anchors(path).has(fragment) ? undefined : 'names no heading';
}

/** A link to a line has the name that the line declares as its text. */
function lineProblem(path: string, line: number, text: string): string | undefined {
  const name = text.replaceAll('`', '');
  const lines = linesOf(path);
  if (lines[line - 1]?.includes(name)) return undefined;
  const declared = lines.findIndex((candidate) => DECLARES(name).test(candidate)) + 1;
  return `names a line without ${name}${declared > 0 ? `, which is at line ${declared}` : ''}`;
}

const DECLARES = (name: string) => new RegExp(`(function|class|const|interface|type) ${name}\\b`);

describe('a link in a Markdown file', () => {
  it.each(MARKDOWN)('leads somewhere: %s', (file) => {
    const broken = links(file).flatMap((link) => {
      const what = problem(link);
      return what === undefined ? [] : [`${link.file}:${link.line}: ${link.target} ${what}`];
    });
    expect(broken).toEqual([]);
  });
});

/** The Markdown files for readers of the repository, and what in them can be tried. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { REPOSITORY, trackedFiles } from '../rooms/tracked-files.ts';

export interface CodeBlock {
  readonly file: string;
  /** Of the first line of code, from 1 on. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

export interface Link {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly target: string;
}

export const MARKDOWN: readonly string[] = trackedFiles().filter((file) => file.endsWith('.md'));

export function linesOf(file: string): readonly string[] {
  return readFileSync(REPOSITORY + file, 'utf8').split('\n');
}

export function codeBlocks(file: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; language: string; code: string[] } | undefined;
  for (const [index, text] of linesOf(file).entries()) {
    const fence = /^```(\S*)/.exec(text);
    if (fence && open) {
      blocks.push({ file, line: open.line, language: open.language, code: `${open.code.join('\n')}\n` });
      open = undefined;
    } else if (fence) {
      open = { line: index + 2, language: fence[1] ?? '', code: [] };
    } else {
      open?.code.push(text);
    }
  }
  if (open) throw new Error(`${file}:${open.line}: the code block has no end`);
  return blocks;
}

/** All links and images outside of code. */
export function links(file: string): readonly Link[] {
  const found: Link[] = [];
  let isCode = false;
  for (const [index, text] of linesOf(file).entries()) {
    if (text.startsWith('```')) isCode = !isCode;
    if (isCode) continue;
    for (const [, label = '', target = ''] of text.matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)) {
      found.push({ file, line: index + 1, text: label, target });
    }
  }
  return found;
}

/** The file that a relative link names, from the root, and its fragment. */
export function destination({ file, target }: Link): { path: string; fragment: string } {
  const [path = '', fragment = ''] = target.split('#');
  return { path: path === '' ? file : posix.join(posix.dirname(file), path), fragment };
}

/** The anchors of a file's headings, as GitHub makes them. */
export function anchors(file: string): ReadonlySet<string> {
  const headings = linesOf(file).flatMap((line) => /^#{1,6} +(.*)$/.exec(line)?.[1] ?? []);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

/** The line on which a file declares the name, from 1 on; 0 where it does not. */
export function declarationLine(file: string, name: string): number {
  const declaration = new RegExp(`(function|class|const|interface|type) ${name}\\b`);
  return linesOf(file).findIndex((line) => declaration.test(line)) + 1;
}

/** The name that the text of a link to a line has: the declaration that the line begins. */
export function declaredName({ text }: Link): string {
  return text.replaceAll('`', '');
}

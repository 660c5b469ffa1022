/** Workflow files: those of the repository, damaged, are compiled, or refused with problems and their places. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { compileSource, InvalidWorkflowError } from '../../../executor/index.ts';
import { damaged, hostileText } from '../inputs/hostile.ts';
import type { Target } from '../target.ts';

const FILES = [
  'workflows/parallel-poll.yaml',
  'executor/examples/callback.yaml',
  'executor/examples/parallel-fetch.yaml',
  'executor/examples/loop-over-a-list.yaml',
  'executor/examples/retry-with-backoff.yaml',
].map((path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const LONG = [
  `main: ${'['.repeat(20_000)}`,
  `- s:\n    return: \${${'('.repeat(390)}1}\n`,
  `- s:\n    assign:\n${'    - a: &x [*x, *x]\n'.repeat(2_000)}`,
  `${'- s:\n    next: end\n'.repeat(4_000)}`,
  `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`)}]`)
    .join('\n')}\n`,
];

/**
 * Files with anchors and aliases, about as many as are taken: aliases of aliases, which say more than they write, anchors that contain
 * themselves, merge keys, and what only looks like an anchor.
 */
const anchored = fc
  .record({
    levels: fc.nat(30),
    width: fc.nat(40),
    flat: fc.nat(1_050),
    form: fc.constantFrom('list', 'map', 'merge', 'self', 'text', 'step'),
  })
  .map(({ levels, width, flat, form }) => {
    const alias = (level: number) => (form === 'self' ? `*a${level + 1}` : `*a${level}`);
    const lines = ['a0: &a0 [x]'];
    for (let level = 0; level < levels; level++) {
      const of = Array.from({ length: width }, (_, index) => {
        if (form === 'map') return `k${index}: ${alias(level)}`;
        return form === 'merge' ? `<<: ${alias(level)}` : alias(level);
      }).join(', ');
      const isMap = form === 'map' || form === 'merge';
      lines.push(`a${level + 1}: &a${level + 1} ${isMap ? `{${of}}` : `[${of}]`}`);
    }
    for (let index = 0; index < flat; index++) {
      lines.push(form === 'text' ? `# &no${index} *no${index} "&a"` : `f${index}: &f${index} 1`);
    }
    if (form === 'step') return `- s:\n    assign:\n${lines.map((line) => `    - ${line}\n`).join('')}`;
    return `${lines.join('\n')}\nmain:\n  steps:\n  - s:\n      return: 1\n`;
  });

export const WORKFLOW_FILES: Target<string> = {
  name: 'workflow-files',
  async open() {
    return {
      inputs: fc.oneof(
        { weight: 8, arbitrary: damaged(fc.constantFrom(...FILES)) },
        { weight: 1, arbitrary: damaged(fc.constantFrom(...LONG)) },
        { weight: 2, arbitrary: anchored },
        { weight: 1, arbitrary: damaged(anchored) },
        { weight: 1, arbitrary: hostileText },
      ),
      async feed(source) {
        try {
          compileSource(source);
          return 'compiled';
        } catch (error) {
          if (!(error instanceof InvalidWorkflowError) || error.problems.length === 0) throw error;
          return 'refused';
        }
      },
      show: (source) => source.slice(0, 4_000),
      close: async () => {},
    };
  },
};

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { describe, expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { withinBounds } from '../fuzz/effort.ts';
import { errorOf, resultOf, runWorkflow } from './run.ts';

/** A workflow that makes a text `s` of `2 ** doublings` characters, and then runs `steps`. */
function withText(doublings: number, steps: string): string {
  return `
- init:
    assign: [{s: "a"}]
- grow:
    for:
      value: i
      range: [1, ${doublings}]
      steps:
        - double:
            assign: [{s: "\${s + s}"}]
${steps}`;
}

describe('workflows leave turns of the event loop to the rest of the process', () => {
  it('where hundreds of executions are busy at once', async () => {
    const source = `
- init:
    assign: [{n: 0}]
- count:
    assign: [{n: "\${n + 1}"}]
- again:
    switch:
      - condition: \${n < 300}
        next: count
`;
    await withinBounds(async () => {
      const executor = new Executor({ clock: new VirtualClock() });
      executor.deploy('busy', source);
      const ends = Array.from({ length: 300 }, () => executor.run('busy'));
      for (const { state } of await Promise.all(ends)) expect(state).toBe('SUCCEEDED');
      await executor.close();
    });
  });

  it('where each step takes long', async () => {
    const source = withText(
      16,
      `- init2:
    assign: [{n: 0}]
- work:
    assign: [{n: "\${n + 1}"}, {h: '\${hash.compute_checksum(text.encode(s), "SHA512")}'}]
- again:
    switch:
      - condition: \${n < 600}
        next: work
`,
    );
    await withinBounds(() => runWorkflow(source));
  });
});

describe('an expression that would hold the process ends its execution', () => {
  const sum = (terms: number) => Array(terms).fill('s').join(' + ');

  it.each([
    ['a text that grows within the expression', `len(${sum(90)})`],
    ['a text that each match makes longer', 'len(text.replace_all(s, "a", s))'],
    ['the same by a regular expression', 'len(text.replace_all_regex(s, "a", s))'],
    ['a value that holds one variable many times', `len(json.encode([${Array(90).fill('s').join(', ')}]))`],
    ['a search that looks at the rest of the text at each match', 'len(text.find_all_regex(s, "a|a*b"))'],
    ['a search by a large expression', 'len(text.find_all_regex(s, "(?:(?:a?){30}){30}$"))'],
  ])('%s', async (_situation, expression) => {
    const source = withText(17, `- work:\n    return: '\${${expression}}'\n`);
    expect(await errorOf(source)).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it('and whether a text matches a large expression is known fast', async () => {
    const source = withText(17, `- work:\n    return: '\${text.match_regex(s, "(?:(?:a?){30}){30}$")}'\n`);
    await withinBounds(async () => expect(await resultOf(source)).toBe(true));
  });

  it('and the places of matches behind surrogate pairs are found in linear time', async () => {
    const source = withText(14, '').replace('"a"', '"😀b"');
    const find = (call: string) => `${source}- work:\n    return: '\${len(${call})}'\n`;
    await withinBounds(async () => {
      expect(await resultOf(find('text.find_all(s, "b")'))).toBe(2 ** 14);
      expect(await resultOf(find('text.find_all_regex(s, "b")'))).toBe(2 ** 14);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { compileSource, Executor, InvalidWorkflowError, VirtualClock } from '../../executor/index.ts';
import { errorOf, resultOf, runWorkflow } from './run.ts';
import { startWebServer } from './web-server.ts';

function problems(source: string): string {
  try {
    compileSource(source);
    return 'none';
  } catch (error) {
    if (error instanceof InvalidWorkflowError) return error.message;
    throw error;
  }
}

describe('sources that can not be read', () => {
  it.each([
    ['nothing', '', /the source is empty/],
    ['a comment only', '# nothing\n', /the source is empty/],
    ['a scalar', '42', /a workflow is a list of steps or a map/],
    ['an unclosed bracket', '- a: [1\n', /\d+:\d+: /],
    ['a tab as indentation', 'main:\n\tsteps: []\n', /\d+:\d+: /],
    ['a key twice', 'main:\n  steps: []\nmain:\n  steps: []\n', /3:1: Map keys must be unique/],
    ['two documents', '- a:\n    return: 1\n---\n- b:\n    return: 2\n', /multiple documents/],
    ['an unknown alias', '- a:\n    return: *nobody\n', /\*?nobody/],
    ['an integer beyond 64 bits', '- a:\n    return: 9223372036854775808\n', /does not fit 64 bits/],
    [
      'an integer beyond 64 bits in an expression',
      `- a:\n    return: \${9223372036854775808}\n`,
      /does not fit 64 bits/,
    ],
    ['a list as a key', '- a:\n    return: {[1]: 2}\n', /a key must be plain text/],
    ['a binary value', '- a:\n    return: !!binary aGk=\n', /2:22: a value of the tag !!binary/],
    ['a date with a tag', '- a:\n    return: !!timestamp 2001-12-14\n', /the tag !!timestamp/],
    ['a list of pairs', '- a:\n    return: !!omap [b: 1]\n', /the tag !!omap/],
    ['no steps', 'main:\n  params: [a]\n', /has no steps/],
    ['an empty list of steps', 'main:\n  steps: []\n', /has no steps/],
    ['steps that are a map', 'main:\n  steps: {a: {return: 1}}\n', /must be a list/],
    ['a step that is text', '- text\n', /a step must be a map with one key/],
    ['a step without a body', '- a:\n', /the body of a step must be a map/],
    ['bytes', '\u0000\u0001\u0002', /\d+:\d+: /],
    [
      '1,000 nested parentheses',
      `- a:\n    return: \${${'('.repeat(1000)}1${')'.repeat(1000)}}\n`,
      /at most 400 are/,
    ],
  ])('%s', (_name, source, message) => {
    expect(problems(source)).toMatch(message);
  });

  // Functions, because vitest looks at every argument to make a title.
  it.each([
    [
      'a file of 10 MB',
      () => `- a:\n    return: "${'x'.repeat(10_000_000)}"\n`,
      /at most 131072 are allowed/,
    ],
    ['brackets without end', () => '['.repeat(100_000), /\d+:\d+: /],
    ['maps without end', () => '{a: '.repeat(30_000), /\d+:\d+: /],
    ['lists without end', () => '- '.repeat(60_000), /\d+:\d+: /],
  ])('%s', (_name, source, message) => {
    expect(problems(source())).toMatch(message);
  });

  it('aliases that multiply', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const items =
        i === 0
          ? '"x"'
          : Array(10)
              .fill(`*a${i - 1}`)
              .join(', ');
      return `        - a${i}: &a${i} [${items}]`;
    });
    expect(problems(`main:\n  steps:\n    - s:\n        assign:\n${levels.join('\n')}\n`)).toMatch(/aliases/);
  });

  it.each(['main: [', '{"a":'])(
    'nesting of %s without end is refused before the file is parsed',
    (opening) => {
      const deep = opening.slice(-1) === '[' ? `main: ${'['.repeat(20_000)}` : opening.repeat(20_000);
      expect(problems(deep)).toMatch(/^1:1: the source is nested deeper than 200 levels/);
    },
  );

  it('more than 1,000 anchors and aliases are refused before the file is parsed', () => {
    const many = `- s:\n    assign:\n${'    - a: &x [*x, *x]\n'.repeat(2_000)}`;
    expect(problems(many)).toMatch(/^1:1: the source has more than 1000 anchors and aliases/);
  });

  it('text that only looks like anchors and aliases does not count as them', () => {
    const texts = '    - "*x": "&y"\n'.repeat(2_000);
    expect(problems(`- s:\n    assign:\n${texts}`)).not.toMatch(/anchors/);
  });

  it('an alias of itself', () => {
    expect(problems('- a:\n    return: &x [*x]\n')).toMatch(/alias/);
  });

  it('reports every problem, in the order of the source', () => {
    const source = `- a:\n    return: \${b}\n- c:\n    next: d\n- e:\n    return: \${f(}\n`;
    expect(problems(source)).toMatch(/^6:13: /);
    expect(problems(source.replace('f(', 'f'))).toMatch(/^2:13: .*'b'.*\n4:5: .*'d'.*\n6:13: .*'f'/);
  });

  it('nesting as deep as 400 characters allow is fine', async () => {
    expect(await resultOf(`- a:\n    return: \${${'('.repeat(199)}1${')'.repeat(199)}}\n`)).toBe(1);
    expect(await resultOf(`- a:\n    return: \${${'-'.repeat(399)}1}\n`)).toBe(-1);
  });
});

describe('programs that would not end', () => {
  it('subworkflows that call each other', async () => {
    const source = `
main:
  steps:
    - a:
        call: one
one:
  steps:
    - a:
        call: two
two:
  steps:
    - a:
        return: \${one()}
`;
    expect(await errorOf(source)).toMatchObject({ tags: ['RecursionError'] });
  });

  it.each([
    ['a jump to itself', '- a:\n    next: a\n'],
    [
      'a loop over a huge range',
      '- a:\n    for:\n      value: v\n      range: [1, 9000000000000000000]\n      steps:\n        - b:\n            next: continue\n',
    ],
    [
      'a loop with nothing to do',
      '- a:\n    for:\n      value: v\n      range: [1, 1.0e300]\n      steps:\n        - b:\n            steps:\n              - c:\n                  next: continue\n',
    ],
    [
      'a parallel loop over a huge range',
      '- a:\n    parallel:\n      for:\n        value: v\n        range: [1, 9000000000000000000]\n        steps:\n          - b:\n              next: continue\n',
    ],
  ])('%s', async (_name, source) => {
    const execution = await runWorkflow(source);
    expect(execution.error?.payload).toContain('ResourceLimitError');
    expect(execution.steps).toBe(100_001);
  });

  it('a retry that never succeeds', async () => {
    const source = `
- a:
    try:
      raise: "again"
    retry:
      predicate: \${retry.always}
      max_retries: 1000000
      backoff: {initial_delay: 1, max_delay: 60, multiplier: 2}
`;
    expect(await errorOf(source)).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it('a value that is nested without end', async () => {
    const source = `
- init:
    assign: [{x: []}]
- nest:
    for:
      value: v
      range: [1, 40000]
      steps:
        - wrap:
            assign: [{x: ["\${x}"]}]
- answer:
    return: \${x}
`;
    expect(await errorOf(source)).toMatchObject({ tags: ['ResourceLimitError'] });
  });
});

describe('data that is hostile', () => {
  it('names of JavaScript are plain keys', async () => {
    const argument = '{"__proto__":{"x":1},"constructor":2,"toString":3}';
    const source = `
main:
  params: [args]
  steps:
    - copy:
        assign:
          - m: \${args}
          - m["__proto__"]["y"]: 5
          - m.hasOwnProperty: 6
    - answer:
        return: \${m}
`;
    const { result } = await runWorkflow(source, argument);
    expect(result).toBe('{"__proto__":{"x":1,"y":5},"constructor":2,"toString":3,"hasOwnProperty":6}');
    expect(Object.hasOwn(Object.prototype, 'y')).toBe(false);
  });

  it.each(['m.constructor', 'm.__proto__', 'm["toString"]', 'l.length', '"".constructor'])(
    'no way out of the expression language: %s',
    async (expression) => {
      const source = `- a:\n    assign: [{m: {}}, {l: []}]\n- b:\n    return: '\${${expression}}'\n`;
      expect(await errorOf(source)).toMatchObject({
        tags: expect.arrayContaining([expect.stringMatching(/KeyError|TypeError/)]),
      });
    },
  );

  it.each(['constructor', 'process', 'globalThis', 'toString()', '__proto__'])(
    'names of the host are unknown: %s',
    (expression) => {
      expect(problems(`- b:\n    return: \${${expression}}\n`)).toMatch(/neither a/);
    },
  );

  it.each([
    ['no JSON', () => '{"a":'],
    ['too large', () => JSON.stringify('x'.repeat(40_000))],
    ['nested without end', () => '['.repeat(30_000)],
  ])('an argument that is %s', async (_name, argument) => {
    const executor = new Executor({ clock: new VirtualClock() });
    executor.deploy('any', '- a:\n    return: 1\n');
    expect(() => executor.createExecution('any', { argument: argument() })).toThrowError(
      expect.objectContaining({ status: 'INVALID_ARGUMENT' }),
    );
    await executor.close();
  });

  it('a response that is nested without end', async () => {
    const server = await startWebServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(1_000_000));
    });
    const error = await errorOf(
      `- a:\n    call: http.get\n    args: {url: "${server.url}"}\n    result: r\n`,
    );
    await server.close();
    expect(error).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it('a regular expression that would backtrack for ever', async () => {
    const source = `- a:\n    return: \${text.match_regex("${'a'.repeat(100)}", "(a+)+$x")}\n`;
    expect(await resultOf(source)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { readMockFile } from '../../executor/calls/mock-file.ts';
import { Mocks } from '../../executor/calls/mocks.ts';
import { InvalidWorkflowError, VirtualClock } from '../../executor/index.ts';
import { errorOf, resultOf } from './run.ts';

function mocks(text: string): Mocks {
  return new Mocks(readMockFile(text, 'mocks.yaml', ['sub']));
}

function problems(text: string): string {
  try {
    readMockFile(text, 'mocks.yaml', ['sub']);
    return 'none';
  } catch (error) {
    if (error instanceof InvalidWorkflowError) return error.message;
    throw error;
  }
}

const TWICE = `
main:
  steps:
    - all:
        assign: [{results: []}]
    - loop:
        for:
          value: n
          range: [1, 3]
          steps:
            - get:
                call: http.get
                args: {url: "http://nowhere.invalid/x", query: {n: "\${n}"}}
                result: r
            - keep:
                assign: [{results: "\${list.concat(results, r.body)}"}]
    - answer:
        return: \${results}
`;

describe('mocks', () => {
  it('the first whose arguments are a subset of the call wins', async () => {
    const gate = mocks(`
- call: http.get
  args: {query: {n: 2}}
  result: {code: 200, body: two}
- call: http.get
  result: {code: 200, body: other}
`);
    expect(await resultOf(TWICE, undefined, { gate })).toEqual(['other', 'two', 'other']);
    expect(gate.unused()).toEqual([]);
  });

  it('one with times answers so many calls, then the next one does', async () => {
    const gate = mocks(`
- {call: http.get, times: 2, result: {code: 200, body: first}}
- {call: http.get, result: {code: 200, body: later}}
`);
    expect(await resultOf(TWICE, undefined, { gate })).toEqual(['first', 'first', 'later']);
  });

  it('raise a value as it is, and a code as the HttpError of that code', async () => {
    const source = '- a:\n    call: http.get\n    args: {url: "http://x.invalid"}\n';
    expect(await errorOf(source, undefined, { gate: mocks('[{call: http.get, raise: oh}]') })).toBe('oh');
    const raised = await errorOf(source, undefined, {
      gate: mocks('[{call: http.get, raise: {code: 503}}]'),
    });
    expect(raised).toMatchObject({ code: 503, tags: ['HttpError'], message: expect.stringContaining('503') });
    const answered = await errorOf(source, undefined, {
      gate: mocks('[{call: http.get, result: {code: 404, body: {}}}]'),
    });
    expect(answered).toMatchObject({ code: 404, tags: ['HttpError'] });
  });

  it('take time of the executor with delay', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const source = '- a:\n    call: http.get\n    args: {url: "http://x.invalid"}\n';
    await resultOf(source, undefined, { clock, gate: mocks('[{call: http.get, delay: 90, result: {}}]') });
    expect(clock.now() - start).toBe(90_000);
  });

  it('may stand for subworkflows', async () => {
    const source = `
main:
  steps:
    - a: {call: sub, args: {n: 1}, result: r}
    - b: {return: "\${r}"}
sub:
  params: [n]
  steps:
    - c: {raise: "not mocked"}
`;
    expect(await resultOf(source, undefined, { gate: mocks('[{call: sub, args: {n: 1}, result: 5}]') })).toBe(
      5,
    );
  });

  it('that answered no call are known', async () => {
    const gate = mocks('[{call: http.get, args: {url: "http://other"}, result: {}}, {call: sub, result: 1}]');
    await resultOf('- a: {return: 1}', undefined, { gate });
    expect(gate.unused().map(({ place }) => place)).toEqual(['mocks.yaml:1', 'mocks.yaml:1']);
  });

  it.each([
    ['{call: http.get}', /^1:1: mocks are a list/],
    [
      '- call: http.gett\n  result: {}',
      /^1:3: 'http.gett' is not a function, connector or subworkflow: did you mean 'http.get'/,
    ],
    ['- call: subb', /did you mean 'sub'/],
    ['- call: len', /'len' can't be mocked/],
    ['- call: googleapis.pubsub.v1.projects.topics.publsh', /unknown connector .* did you mean/],
    ['- call: http.get\n  reslt: {}', /^2:3: unexpected entry 'reslt' in the mock: did you mean 'result'/],
    ['- call: http.get\n  result: {}\n  raise: {}', /^3:3: a mock has either 'result' or 'raise'/],
    ['- call: http.get\n  times: 0', /^2:10: 'times' must be a whole number/],
    ['- result: {}', /^1:3: a mock needs 'call'/],
    ['- call: http.get\n  args: [1]', /^2:9: 'args' must be a map/],
    ['- call: [', /^\d+:\d+: /],
  ])('in bad form name the place and the remedy: %s', (text, message) => {
    expect(problems(text)).toMatch(message);
  });
});

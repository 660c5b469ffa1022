// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, run, WorkflowError } from '../../executor/index.ts';
import { callCommand as runCommand } from './command.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-test-'));
  await file('get.yaml', GET);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const GET = `
main:
  params: [args]
  steps:
    - wait:
        call: sys.sleep
        args: {seconds: 60}
    - get:
        try:
          call: http.get
          args: {url: "\${args.url}"}
          result: r
        except:
          as: e
          steps:
            - missing:
                switch:
                  - condition: \${map.get(e, "code") == 404}
                    return: none
            - other:
                raise: \${e}
    - post:
        call: http.post
        args: {url: "\${args.url}", body: "\${r.body}"}
        result: p
    - done:
        return: {posted: "\${p.body}", n: 1}
`;

const MOCKS = `
    mocks:
      - {call: http.get, args: {url: "http://a.test"}, result: {code: 200, body: {x: 1}}}
      - {call: http.post, args: {body: {x: 1}}, result: {code: 200, body: ok}}
`;

const PASSING = `
workflow: get.yaml
tests:
  - name: what is got is posted
    args: {url: "http://a.test"}${MOCKS}
    expect:
      result: {posted: ok, n: 1}
      calls: [{call: http.get}, {call: http.post, args: {body: {x: 1}}}]
      maxSteps: 20
      maxTime: 60s
  - name: an error of the server is raised
    args: {url: "http://a.test"}
    mocks:
      - {call: http.get, raise: {code: 500}}
    expect:
      error: {code: 500, tags: [HttpError]}
  - name: nothing is posted where nothing is got
    args: {url: "http://a.test"}
    mocks:
      - {call: http.get, raise: {code: 404}}
    expect:
      result: none
      calls: {http.get: 1, http.post: 0}
`;

/** Calls http.get or http.post, as its argument says. */
const TWO_CALLS = `main:
  params: [kind]
  steps:
    - choose:
        switch:
          - condition: \${kind == "got"}
            call: http.get
            args: {url: "http://a.test"}
            result: answer
          - condition: true
            call: http.post
            args: {url: "http://a.test"}
            result: answer
    - give:
        return: \${answer}
`;

/** A test file with one test, which has this expectation. */
function expecting(expectation: string, mocks = MOCKS): string {
  return `workflow: get.yaml\ntests:\n  - name: one\n    args: {url: "http://a.test"}${mocks}    expect:\n      ${expectation}\n`;
}

describe('lro workflow test', () => {
  it('exits with 0 if all tests pass, and says how many', async () => {
    const path = await file('passing.workflow.test.yaml', PASSING);
    const { code, stdout, stderr } = await runCommand(['test', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `${path}\n  ✓ what is got is posted (6 steps, 60 s)\n  ✓ an error of the server is raised (7 steps, 60 s)\n  ✓ nothing is posted where nothing is got (7 steps, 60 s)\n3 passed, 0 failed\n`,
    );
  });

  it.each([
    ['another result', 'result: {posted: ok, n: 2}', /:9: result\.n: expected 2, got 1\n/],
    [
      'a key that is missing',
      'result: {posted: ok, n: 1, more: 1}',
      /:9: result\.more is missing: got \{"posted"/,
    ],
    ['a key too many', 'result: {posted: ok}', /:9: result has also n: got /],
    ['no error', 'error: {code: 500}', /:9: expected an error, got the result \{"posted"/],
    [
      'another call',
      'calls: [{call: http.post}]',
      /:9: calls: call 1 is expected to be http\.post, got http\.get with/,
    ],
    [
      'other arguments',
      'calls: [http.get, {call: http.post, args: {body: 5}}]',
      /call 2 is expected to be http\.post with \{"body":5\}/,
    ],
    [
      'a call less',
      'calls: [http.get, http.post, http.post]',
      /call 3 is expected to be http\.post, got no more calls/,
    ],
    ['a call too many', 'calls: [http.get]', /calls: got 1 more than expected, first http\.post at line 22/],
    ['another count', 'calls: {http.get: 2}', /calls: expected 2 of http\.get, got 1/],
    ['more steps', 'maxSteps: 3', /maxSteps: expected at most 3 steps, got 6/],
    ['more time', 'maxTime: 30s', /maxTime: expected at most 30 s, got 60 s/],
  ])('fails with the place and what it got: %s', async (_situation, expectation, message) => {
    const path = await file('failing.workflow.test.yaml', expecting(expectation));
    const { code, stdout } = await runCommand(['test', path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
    expect(stdout).toContain('0 passed, 1 failed\n');
  });

  it('fails for a call without a mock, with the mock to paste, and for a mock that is not used', async () => {
    const path = await file('no-mock.workflow.test.yaml', expecting('result: 1', '\n'));
    expect((await runCommand(['test', path])).stdout).toContain('Add to the mocks:');
    const more = `${MOCKS}      - {call: http.put, result: {}}\n`;
    const other = await file('unused.workflow.test.yaml', expecting('maxSteps: 100', more));
    expect((await runCommand(['test', other])).stdout).toMatch(
      /the mock of http\.put at .*:8 answered no call/,
    );
  });

  it.each([
    ['workflow: nowhere.yaml\ntests: [{name: a, expect: {result: 1}}]', /:1: cannot read .*nowhere\.yaml/],
    [
      'workflow: get.yaml\ntest: []',
      /:2:1: unexpected entry 'test' in the test file: did you mean 'tests'\?/,
    ],
    ['workflow: get.yaml\ntests: [{name: a}]', /:2:9: test 'a' needs 'expect'/],
    [
      'workflow: get.yaml\ntests: [{name: a, expct: {}}]',
      /unexpected entry 'expct' in the test: did you mean 'expect'/,
    ],
    [
      'workflow: get.yaml\ntests: [{name: a, mocks: [{call: http.gett, result: {}}], expect: {}}]',
      /:2: 'http\.gett' is not a function, .*did you mean 'http\.get'/,
    ],
    [
      'workflow: get.yaml\ntests: [{name: a, expect: {calls: {http.gett: 0}}}]',
      /:2: 'http\.gett' is not a function, .*did you mean 'http\.get'/,
    ],
    [
      'workflow: get.yaml\ntests: [{name: a, expect: {calls: [len]}}]',
      /:2: 'len' is neither mocked nor counted/,
    ],
    [
      'workflow: get.yaml\nmocks: [{call: http.gett}]\ntests: [{name: a, expect: {}}]',
      /:2: 'http\.gett' is not a function/,
    ],
    [
      'workflow: get.yaml\ndeploy: {other: bad.yaml}\ntests: [{name: a, expect: {}}]',
      /bad\.yaml:2:13: error in step a: symbol 'x'/,
    ],
    [
      'workflow: get.yaml\ndeploy: {other: nowhere.yaml}\ntests: [{name: a, expect: {}}]',
      /:2: cannot read .*nowhere\.yaml/,
    ],
    [
      'workflow: get.yaml\ndeploy: {an other: get.yaml}\ntests: [{name: a, expect: {}}]',
      /:2:10: 'an other' is not a valid workflow id/,
    ],
    ['workflow: get.yaml\ntests: [', /:2:9: /],
    ['workflow: bad.yaml\ntests: [{name: a, expect: {}}]', /bad\.yaml:2:13: error in step a: symbol 'x'/],
  ])('exits with 2 for a file that is not valid, and names the place: %s', async (text, message) => {
    await file('bad.yaml', '- a:\n    return: ${x}\n'.replace('$', '$'));
    const path = await file('invalid.workflow.test.yaml', text);
    const { code, stderr } = await runCommand(['test', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('asks of a mock for all tests that one of them uses it', async () => {
    const path = await file('double.yaml', TWO_CALLS);
    const test = (name: string) => `
  - name: ${name}
    args: ${name}
    expect: {result: ${name}}`;
    const suite = (...names: readonly string[]) => `workflow: ${path}
mocks:
  - {call: http.get, result: got}
  - {call: http.post, result: posted}
tests:${names.map(test).join('')}
`;
    const both = await file('both.workflow.test.yaml', suite('got', 'posted'));
    expect(await runCommand(['test', both])).toMatchObject({ code: 0 });
    const one = await file('one.workflow.test.yaml', suite('got'));
    expect((await runCommand(['test', one])).stdout).toMatch(
      /the mock of http\.post at .*:4 answered no call\n0 passed, 1 failed/,
    );
    expect((await runCommand(['test', '--name', 'got', both])).stdout).toContain('1 passed, 0 failed');
  });

  const PARENT = `main:
  steps:
    - one:
        try:
          call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run
          args: {workflow_id: child, argument: {n: 1}}
          result: answer
        except:
          as: e
          steps:
            - caught:
                return: \${json.decode(e.operation.error.payload)}
    - two:
        call: experimental.executions.map
        args: {workflow_id: child, arguments: [{n: 2}, {n: 3}]}
        result: others
    - last:
        return: ["\${answer}", "\${others}"]
`;
  const CHILD = `main:
  params: [args]
  steps:
    - one:
        switch:
          - condition: \${args.n < 0}
            raise: negative
        next: two
    - two:
        call: http.get
        args: {url: http://a.test}
        result: answer
    - last:
        return: \${args.n + answer.body}
`;

  it('runs the workflows of deploy, whose calls the mocks answer, and looks at the tested one only', async () => {
    await file('parent.yaml', PARENT);
    await file('child.yaml', CHILD);
    const path = await file(
      'deployed.workflow.test.yaml',
      `workflow: parent.yaml
deploy: {child: child.yaml}
tests:
  - name: sums
    mocks: [{call: http.get, result: {code: 200, body: 10}}]
    expect:
      result: [11, [12, 13]]
      calls: {googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run: 1, experimental.executions.map: 1}
`,
    );
    const { code, stdout } = await runCommand(['test', path, '--coverage', '--exhaustive']);
    expect(stdout).toContain('1 passed, 0 failed');
    expect(stdout).toContain('parent.yaml: 2 failures tried at 2 calls, 1 not handled');
    expect(stdout).toMatch(/executions\.run\n {4}handled: OperationError/);
    expect(code).toBe(0);
  });

  it('asks for a mock of a workflow that deploy does not have', async () => {
    await file('parent.yaml', PARENT);
    const path = await file(
      'alone.workflow.test.yaml',
      'workflow: parent.yaml\ntests: [{name: a, expect: {result: 1}}]\n',
    );
    const { code, stdout } = await runCommand(['test', path]);
    expect(code).toBe(1);
    expect(stdout).toContain('no mock answers googleapis.workflowexecutions');
  });

  it('exits with 2 for a folder without test files', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'workflow-empty-'));
    expect(await runCommand(['test', empty])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no *.workflow.test.yaml'),
    });
    await rm(empty, { recursive: true });
  });

  it('writes JUnit XML, and coverage as text, lcov and HTML', async () => {
    const path = await file('passing.workflow.test.yaml', PASSING);
    const [junit, lcov, html] = ['junit.xml', 'lcov.info', 'coverage.html'].map((name) => join(folder, name));
    const { stdout } = await runCommand([
      'test',
      path,
      '--coverage',
      '--junit',
      junit ?? '',
      '--lcov',
      lcov ?? '',
      '--html',
      html ?? '',
      '--name',
      'nothing',
    ]);
    expect(stdout).toContain('lines that did not run: 20, 22, 26; branches not taken: 16/none\n');
    expect(await readFile(junit ?? '', 'utf8')).toContain('<testsuites tests="1" failures="0">');
    expect(await readFile(lcov ?? '', 'utf8')).toMatch(
      /^SF:.*get\.yaml\n[\s\S]*DA:22,0\n[\s\S]*end_of_record\n$/,
    );
    expect(await readFile(html ?? '', 'utf8')).toContain('<tr class="missed"><td>22</td>');
  });

  it.each(['--junit', '--lcov', '--html'])(
    'names a file of %s that it cannot write, after the outcome',
    async (option) => {
      const path = await file('passing.workflow.test.yaml', PASSING);
      const report = join(folder, 'nowhere', 'report');
      const { code, stdout, stderr } = await runCommand(['test', option, report, path]);
      expect(code).toBe(2);
      expect(stdout).toContain('3 passed, 0 failed\n');
      expect(stderr).toMatch(new RegExp(`^cannot write ${report}: ENOENT`));
    },
  );

  it('lets every call fail in every way with --exhaustive, and says what the file does not handle', async () => {
    const path = await file('passing.workflow.test.yaml', PASSING);
    const { stdout, code } = await runCommand(['test', path, '--exhaustive', '--name', 'posted']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /get\.yaml:10: get: http\.get\n {4}handled: HTTP 404\n {4}NOT handled: HTTP 400, HTTP 401, .*TimeoutError\n {6}for example in the test '.*', its call 1 with HTTP 400: it raised /,
    );
    expect(stdout).toMatch(/get\.yaml:22: post: http\.post\n {4}NOT handled: HTTP 400, /);
    expect(stdout).toContain('39 failures tried at 2 calls, 37 not handled');
  });

  it('names the call that failed also where calls of parallel branches end in another order than they begin', async () => {
    await file('branches.yaml', BRANCHES);
    const path = await file('branches.workflow.test.yaml', BRANCHES_TEST);
    const { stdout } = await runCommand(['test', path, '--exhaustive']);
    expect(stdout).toMatch(/careful: http\.get\n {4}handled: HTTP 400, .*TimeoutError\n {2}/);
    expect(stdout).toMatch(
      /careless: http\.post\n {4}NOT handled: HTTP 400, .*TimeoutError\n {6}for example/,
    );
  });
});

const BRANCHES = `
- both:
    parallel:
      branches:
        - slow:
            steps:
              - careful:
                  try: {call: http.get, args: {url: "https://a.test"}}
                  except: {as: e, steps: [{note: {assign: [{x: 1}]}}]}
        - fast:
            steps:
              - careless: {call: http.post, args: {url: "https://b.test"}}
`;

const BRANCHES_TEST = `
workflow: branches.yaml
tests:
  - name: both
    mocks:
      - {call: http.get, result: {code: 200}, delay: 10}
      - {call: http.post, result: {code: 200}}
    expect: {}
`;

describe('run, for tests in TypeScript', () => {
  const mocks = [
    { call: 'http.get', result: { code: 200, body: { x: 1 } } },
    {
      call: 'http.post',
      result: (args: { body?: unknown }, count: number) => ({ code: 200, body: [args.body, count] }),
    },
  ];

  it('gives the result', async () => {
    const result = await run(join(folder, 'get.yaml'), { args: { url: 'http://a.test' }, mocks });
    expect(result).toEqual({ posted: [{ x: 1 }, 1], n: 1 });
  });

  it('throws what the workflow raises, with its place', async () => {
    const failing = [{ call: 'http.get', raise: { code: 500 } }];
    const ran = run(join(folder, 'get.yaml'), { args: { url: 'http://a.test' }, mocks: failing });
    await expect(ran).rejects.toThrow(WorkflowError);
    await expect(ran).rejects.toMatchObject({
      message: expect.stringMatching(/get\.yaml:20: other: HTTP server responded with error code 500/),
      value: { code: 500, tags: ['HttpError'] },
    });
  });

  it('records calls, steps, virtual time, unused mocks and coverage', async () => {
    const more = [...mocks, { call: 'http.put', result: {} }];
    const seen = await record(join(folder, 'get.yaml'), { args: { url: 'http://a.test' }, mocks: more });
    expect(seen.calls.map(({ call, line }) => `${call}:${line}`)).toEqual([
      'sys.sleep:5',
      'http.get:10',
      'http.post:22',
    ]);
    expect(seen).toMatchObject({ steps: 6, seconds: 60, error: undefined });
    expect(seen.unusedMocks).toEqual([more[2]]);
    expect(seen.coverage.missed).toEqual([16, 18, 20]);
  });
});

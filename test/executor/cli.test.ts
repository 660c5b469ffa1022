// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand as run } from './command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-cli-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, source: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, source);
  return path;
}

const GREET = `
main:
  params: [args]
  steps:
    - log:
        call: sys.log
        args: {text: "hello", severity: INFO}
    - nap:
        call: sys.sleep
        args: {seconds: 86400}
    - answer:
        return: {n: "\${args.n + 1}", d: 1.0}
`;

const HELLO = '{"severity":"INFO","textPayload":"hello"}\n';

describe('npm run workflow', () => {
  it('prints the result as JSON and exits with 0; logs go to standard error', async () => {
    const output = await run(['--virtual-time', await file('greet.yaml', GREET), '{"n": 9007199254740992}']);
    expect(output).toEqual({ code: 0, stdout: '{"n":9007199254740993,"d":1.0}\n', stderr: HELLO });
  });

  it('prints the place of a raised error, then the error as JSON, on standard error and exits with 1', async () => {
    const path = await file('raise.json', '[{"a": {"raise": {"code": 7}}}]');
    const output = await run([path]);
    expect(output).toEqual({ code: 1, stdout: '', stderr: `${path}:1: a: {"code":7}\n{"code":7}\n` });
  });

  it('prints the calls that led to a raised error', async () => {
    const path = await file(
      'nested.yaml',
      `main:\n  steps:\n    - outer:\n        call: sub\nsub:\n  steps:\n    - inner:\n        return: \${1 / 0}\n`,
    );
    const { stderr } = await run([path]);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `${path}:7: inner: ZeroDivisionError: division by zero (in sub)`,
      `  called from ${path}:3: outer`,
    ]);
  });

  it('answers calls with --mocks, and names a mock that was not used', async () => {
    const path = await file(
      'get.yaml',
      '- a:\n    call: http.get\n    args: {url: "http://x.invalid"}\n    result: r\n- b:\n    return: ${r.body}\n',
    );
    const mocks = await file(
      'mocks.yaml',
      '- {call: http.get, args: {url: "http://x.invalid"}, result: {code: 200, body: 5}}\n- {call: http.post, result: {}}\n',
    );
    expect(await run(['--mocks', mocks, path])).toEqual({
      code: 0,
      stdout: '5\n',
      stderr: `${mocks}:2: warning: this mock of http.post answered no call\n`,
    });
  });

  it('prints the mock to paste for a connector that has none', async () => {
    const path = await file(
      'publish.yaml',
      '- a:\n    call: googleapis.pubsub.v1.projects.topics.publish\n    args: {topic: t, body: {}}\n',
    );
    const { code, stderr } = await run([path]);
    expect(code).toBe(1);
    expect(stderr).toContain('- call: googleapis.pubsub.v1.projects.topics.publish\n  args:\n    topic: t\n');
    expect(stderr).toContain('PUBSUB_EMULATOR_HOST');
  });

  it('refuses a file of mocks with mistakes, with 2 and their places', async () => {
    const path = await file('any.yaml', '- a:\n    return: 1\n');
    const mocks = await file('bad-mocks.yaml', '- {call: http.gett, result: {}}\n');
    const { code, stderr } = await run(['--mocks', mocks, path]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${mocks}:1:4: 'http.gett' is not a function, connector or subworkflow: did you mean 'http.get'?\n`,
    );
  });

  it('reports every problem of an invalid file with its place and exits with 2', async () => {
    const path = await file('invalid.yaml', `- a:\n    return: \${x}\n- b:\n    next: c\n`);
    expect(await run([path])).toEqual({
      code: 2,
      stdout: '',
      stderr: `${path}:2:13: error in step a: symbol 'x' is neither a variable nor a sub-workflow name\n${path}:4:5: error in step b: unknown step 'c': 'next' names a step of the same list or of one around it\n`,
    });
  });

  it('only checks with --check', async () => {
    expect(await run(['--check', await file('ok.yaml', GREET)])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('prints each step with --trace', async () => {
    const path = await file('traced.yaml', GREET);
    const { stderr } = await run(['--trace', '--virtual-time', path, '{"n": 1}']);
    expect(stderr).toBe(`main:5 log std_lib_call\n${HELLO}main:8 nap std_lib_call\nmain:11 answer return\n`);
  });

  it('prints the stack of a raised error with --trace', async () => {
    const path = await file('traced.json', '[{"a": {"raise": "no"}}]');
    const { code, stderr } = await run(['--trace', path]);
    expect(code).toBe(1);
    const trace = 'main:1 a raise\nRuntimeError: "no"\nin step "a", routine "main", line: 1\n';
    expect(stderr).toBe(`${trace}${path}:1: a: "no"\n"no"\n`);
  });

  it.each([
    ['no file', [], /usage: /],
    ['a file that is not there', ['nowhere.yaml'], /cannot read nowhere\.yaml/],
    ['an unknown flag', ['--fast', 'x.yaml'], /Unknown option '--fast'/],
    ['too many arguments', ['x.yaml', '{}', '{}'], /unexpected argument '\{\}'/],
  ])('exits with 2 and says why: %s', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('exits with 2 for arguments that are no JSON', async () => {
    const output = await run([await file('args.yaml', GREET), '{n: 1}']);
    expect(output).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ARGS_JSON: the argument is not JSON/),
    });
  });

  it('takes a negative number as the argument', async () => {
    const path = await file(
      'number.yaml',
      `main:\n  params: [n]\n  steps:\n    - r:\n        return: \${n * 2}\n`,
    );
    expect(await run([path, '-5'])).toEqual({ code: 0, stdout: '-10\n', stderr: '' });
  });

  it('stops at steps with --debug, and takes commands from standard input', async () => {
    const path = await file('greet.yaml', GREET);
    const input = 'into\nbreak answer\ncontinue\nprint args\nvariables\nlist\nnext\n';
    const { code, stdout, stderr } = await run(['--debug', '--virtual-time', path, '{"n": 1}'], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"n":2,"d":1.0}\n' });
    expect(stderr).toContain(`${path}:5: log (in main)`);
    expect(stderr).toContain(`${path}:8: nap (in main)`);
    expect(stderr).toContain(`${path}:11: answer (in main)`);
    expect(stderr).toContain('> {"n":1}\n');
    expect(stderr).toContain('args = {"n":1}\n');
  });

  it('says that no step has the name of a breakpoint of --debug', async () => {
    const path = await file('greet.yaml', GREET);
    const input = 'break anwser\nbreak zzz\nbreak\nbreak nap\nbreak\ncontinue\n';
    const { stderr } = await run(['--debug', '--virtual-time', path, '{"n": 1}'], { input });
    expect(stderr).toContain("no step has the name 'anwser': did you mean 'answer'?\n");
    expect(stderr).toContain("no step has the name 'zzz'\n> breakpoints: none\n");
    expect(stderr).toContain('> breakpoints: nap\n');
    expect(stderr).toContain(`${path}:8: nap (in main)`);
  });

  it('runs a step with all that is in it by next of --debug: calls, loops, try and steps', async () => {
    const path = await file(
      'nested.yaml',
      `main:
  steps:
    - loop:
        for:
          value: v
          in: [1]
          steps:
            - called: {call: sub}
            - tried:
                try:
                  steps:
                    - inner: {assign: [{x: 1}]}
            - grouped:
                steps:
                  - inmost: {assign: [{x: 2}]}
            - last: {assign: [{x: 3}]}
    - back: {return: 1}
sub:
  steps:
    - deep: {return: 1}
`,
    );
    const { stderr } = await run(['--debug', path], { input: 'into\nnext\nnext\nnext\nnext\nnext\n' });
    const stops = [...stderr.matchAll(/: (\w+) \(in/g)].map(([, step]) => step);
    expect(stops).toEqual(['loop', 'called', 'tried', 'grouped', 'last', 'back']);
    const whole = await run(['--debug', path], { input: 'next\nnext\n' });
    expect([...whole.stderr.matchAll(/: (\w+) \(in/g)].map(([, step]) => step)).toEqual(['loop', 'back']);
  });

  it('prints when each step ran with --timeline, and what Google would bill with --cost', async () => {
    const path = await file('greet.yaml', GREET);
    const { stderr } = await run(['--timeline', '--cost', '--virtual-time', path, '{"n": 1}']);
    expect(stderr).toMatch(/\+0\.000s +86400\.000s .*main:8 nap\n.*\+86400\.000s .*main:11 answer\n/);
    expect(stderr).toContain('billed: 3 internal and 0 external steps; a million such runs: $30.00');
  });

  it('receives callbacks', async () => {
    const example = join(ROOT, 'executor/examples/callback.yaml');
    let called = false;
    const output = await run([example, '{"question":"go?","timeout":60}'], {
      watch: (stderr) => {
        const url = /"answer_at":"([^"]+)"/.exec(stderr)?.[1];
        if (url === undefined || called) return;
        called = true;
        void fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"approved":true}',
        });
      },
    });
    expect(output).toMatchObject({ code: 0, stdout: '{"approved":true}\n' });
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCommand } from './command.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-check-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

const SOUND = 'main:\n  steps:\n    - a:\n        return: 1\n';

describe('lro workflow check', () => {
  it('checks the workflow files of a folder, and leaves files of other tools alone', async () => {
    await file('sound/a.yaml', SOUND);
    await file('sound/b/c.json', '{"main": {"steps": [{"a": {"return": 1}}]}}');
    await file('sound/compose.yaml', 'services:\n  web: {image: x}\n');
    await file('sound/broken.yml', 'a: [');
    const { code, stdout } = await callCommand(['check', join(folder, 'sound')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 files, 0 errors, 0 warnings\n' });
  });

  it.each([
    ['a list of steps with dashes in their names', 'a.yaml', '- my-step:\n    return: 1\n'],
    ['a list of steps behind comments', 'a.yaml', '- a: # first\n    # returns\n    return: 1\n'],
    ['a list of steps on one line each', 'a.yaml', '- a: {return: 1}\n'],
    ['a list of steps with quoted names', 'a.yaml', '- "a b":\n    return: 1\n'],
    ['a list of steps with wide dashes', 'a.yaml', '-   a:\n      return: 1\n'],
    ['a list of steps in JSON', 'a.json', '[{"a": {"return": 1}}]'],
    ['a list of steps after a byte order mark', 'a.yaml', '\ufeff- a:\n    return: 1\n'],
    ['main with a list of steps', 'a.yaml', 'main: [{a: {return: 1}}]\n'],
  ])('finds in a folder %s, sound or not', async (name, base, text) => {
    const where = name.replaceAll(' ', '-');
    await file(`${where}/sound/${base}`, text);
    const path = await file(`${where}/broken/${base}`, text.replace('1', '"${x}"'));
    const { stdout } = await callCommand(['check', join(folder, where)]);
    expect(stdout).toContain(`${path}:`);
    expect(stdout).toContain('2 files, 1 error, 0 warnings\n');
  });

  it('leaves lists of other tools alone', async () => {
    await file('lists/playbook.yaml', '- name: play\n  hosts: all\n  tasks: []\n');
    await file('lists/names.yaml', '- a\n- b: {c: 1}\n');
    await file('lists/only.yaml', '- a:\n    b: 1\n');
    const { code, stderr } = await callCommand(['check', join(folder, 'lists')]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `no workflow file in ${join(folder, 'lists')}\n` });
  });

  it('reports a file that is not UTF-8 with the place of the byte, and goes on', async () => {
    const utf16 = await file('encodings/a.yaml', Buffer.from(`\ufeff${SOUND}`, 'utf16le'));
    const latin1 = await file('encodings/b.yaml', Buffer.from('- a:\n    return: "é"\n', 'latin1'));
    await file('encodings/c.yaml', SOUND);
    const { code, stdout } = await callCommand(['check', join(folder, 'encodings')]);
    expect({ code, stdout }).toEqual({
      code: 2,
      stdout:
        `${utf16}:1:1: the file is UTF-16: save it as UTF-8\n` +
        `${latin1}:2:14: the file is not UTF-8 (byte 0xE9): save it as UTF-8\n` +
        '3 files, 2 errors, 0 warnings\n',
    });
    const run = await callCommand(['run', latin1]);
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${latin1}:2:14: `) });
  });

  it('prints every problem with its place, exits with 2, and writes SARIF', async () => {
    const path = await file(
      'bad.yaml',
      '- a:\n    return: ${x}\n- b:\n    return: "Hi ${a}"\n- c:\n    swich: []\n',
    );
    const sarif = join(folder, 'log.sarif');
    const { code, stdout } = await callCommand(['check', path, '--sarif', sarif]);
    expect(code).toBe(2);
    expect(stdout).toContain(`${path}:6:5: error in step c: unexpected entry 'swich'`);
    expect(stdout).toContain('1 file, 1 error, 0 warnings\n');
    expect(JSON.parse(await readFile(sarif, 'utf8'))).toMatchObject({
      version: '2.1.0',
      runs: [
        { results: [{ level: 'error', locations: [{ physicalLocation: { region: { startLine: 6 } } }] }] },
      ],
    });
  });

  it('names a file that it cannot write, after the outcome', async () => {
    const path = await file('sound.yaml', SOUND);
    const report = join(folder, 'nowhere', 'report.svg');
    expect(await callCommand(['check', '--sarif', report, path])).toMatchObject({
      code: 2,
      stdout: '1 file, 0 errors, 0 warnings\n',
      stderr: expect.stringContaining(`cannot write ${report}: `),
    });
    expect(await callCommand(['graph', '--out', report, path])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot write ${report}: `),
    });
  });

  it('warns of loops of more than 100,000 steps, and with --strict that is a failure', async () => {
    const loop = (range: string) =>
      `- loop:\n    for:\n      value: v\n      range: ${range}\n      steps:\n        - a: {assign: [{x: 1}]}\n        - b: {assign: [{x: 2}]}\n`;
    const long = await file('long.yaml', loop('[1, 40000]'));
    const { code, stdout } = await callCommand(['check', long]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/long\.yaml:3:7: warning in step loop: the loop runs about 120001 steps/);
    expect((await callCommand(['check', '--strict', long])).code).toBe(1);
    const short = await file('short.yaml', loop('[1, 100]'));
    expect((await callCommand(['check', short])).stdout).toBe('1 file, 0 errors, 0 warnings\n');
  });

  it('exits with 2 for a path that is not there, and for a folder without workflows', async () => {
    expect(await callCommand(['check', join(folder, 'nowhere')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read'),
    });
    await file('none/x.txt', '');
    expect(await callCommand(['check', join(folder, 'none')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no workflow file'),
    });
  });
});

const BRANCHING = `
main:
  params: [args]
  steps:
    - choose:
        switch:
          - condition: \${args.n > 1}
            next: big
    - small:
        call: http.get
        args: {url: "http://x"}
        next: end
    - big:
        for:
          value: v
          in: [1]
          steps:
            - inner:
                assign: [{x: 1}]
    - fan:
        parallel:
          branches:
            - one: {steps: [{p: {assign: [{y: 1}]}}]}
            - two: {steps: [{q: {assign: [{y: 1}]}}]}
`;

const LEAVING = `
- loop:
    for:
      value: v
      in: [1, 2]
      steps:
        - choose:
            switch:
              - {condition: '\${v == "a"}', next: continue}
              - {condition: '\${v == 2}', next: break}
        - guarded:
            try: {steps: [{fail: {raise: boom}}]}
            except: {as: e, steps: [{mend: {assign: [{x: 1}]}}]}
- each:
    parallel:
      for:
        value: w
        in: [1]
        steps:
          - skip:
              switch: [{condition: '\${w == 1}', next: continue}]
          - go: {assign: [{y: 1}]}
- last: {return: 1}
`;

describe('lro workflow graph', () => {
  it('draws a Mermaid flowchart with the steps, their jumps and conditions', async () => {
    const { code, stdout } = await callCommand(['graph', await file('branching.yaml', BRANCHING)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^flowchart TD\n {2}subgraph routine0\["main\(args\)"\]/);
    const id = (name: string) => new RegExp(`(r0_\\d+)[[{(]+"${name}<br/>`).exec(stdout)?.[1];
    expect(stdout).toContain(`${id('choose')} -->|"args.n > 1"| ${id('big')}`);
    expect(stdout).toContain(`${id('choose')} --> ${id('small')}`);
    expect(stdout).toContain(`${id('small')} -->|"end"| end0`);
    expect(stdout).toContain(`${id('big')} -->|"for v"| ${id('inner')}`);
    expect(stdout).toContain(`${id('fan')} -->|"two"| ${id('q')}`);
  });

  it('draws where break, continue and a raised error go, with conditions in quotation marks', async () => {
    const { stdout } = await callCommand(['graph', await file('leaving.yaml', LEAVING)]);
    const id = (name: string) => new RegExp(`(r0_\\d+)[[{(]+"${name}<br/>`).exec(stdout)?.[1];
    expect(stdout).toContain(`${id('choose')} -.->|"v == #quot;a#quot;"| ${id('loop')}\n`);
    expect(stdout).toContain(`${id('choose')} -->|"v == 2"| ${id('each')}\n`);
    expect(stdout).toContain(`${id('fail')} --> ${id('mend')}\n`);
    expect(stdout).toContain(`${id('skip')} -->|"w == 1"| ${id('last')}\n`);
    expect(stdout.match(/.* end0$/gm)).toEqual([`    ${id('last')} --> end0`]);
  });

  it('draws SVG that is well formed, with the name of every step', async () => {
    const out = join(folder, 'branching.svg');
    const { code } = await callCommand(['graph', await file('branching.yaml', BRANCHING), '--out', out]);
    expect(code).toBe(0);
    const svg = await readFile(out, 'utf8');
    for (const name of ['choose', 'small', 'big', 'inner', 'fan', 'p', 'q', 'args.n &gt; 1'])
      expect(svg).toContain(`>${name}<`);
    const opened = [...svg.matchAll(/<(\w+)[^>]*[^/]>/g)].length;
    const closed = [...svg.matchAll(/<\/\w+>/g)].length;
    expect(opened).toBe(closed);
    expect(svg).not.toContain('NaN');
  });

  it('exits with 2 for a file that is not valid', async () => {
    const { code, stderr } = await callCommand(['graph', await file('invalid.yaml', '- a\n')]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/invalid\.yaml:1:3: a step must be/),
    });
  });
});

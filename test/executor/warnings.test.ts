// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { describe, expect, it } from 'vitest';
import { checkSource, describeProblem } from '../../executor/index.ts';

/** The warnings of a workflow that returns one value, without their place. */
function warningsOf(value: string): string[] {
  const source = `main:\n  params: [name]\n  steps:\n    - a:\n        return: ${value}\n`;
  return checkSource(source).map(describeProblem);
}

describe('warnings', () => {
  it.each([
    ['text around an expression', '"Hello ${name}!"', 'did you mean ${"Hello " + name + "!"}?'],
    ['an expression as a template of Terraform escapes it', '$${name}', 'or write ${name}'],
    ['a dollar sign in front of an expression', 'cost $${name}', 'did you mean ${"cost $" + name}?'],
    ['an expression without its end', '${name', "has no '}' at the end"],
  ])('%s stays text, and a warning says what is meant', (_situation, value, hint) => {
    const warnings = warningsOf(value);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^5:17: warning in step a: /);
    expect(warnings[0]).toContain(hint);
  });

  it.each(['"plain"', '${name}', '"costs $5"', '"{braces}"', '\'${"$" + name}\''])(
    '%s gives none',
    (value) => {
      expect(warningsOf(value)).toEqual([]);
    },
  );
});

/** The warnings of a workflow with this step, without their place. */
function warningsOfStep(step: string): string[] {
  const source = `- init:\n    assign: [{n: 1}, {items: []}]\n- a: ${step}\n- z:\n    return: 1\n`;
  return checkSource(source).map(describeProblem);
}

describe('a literal with which a step can only fail', () => {
  const loop = (source: string) => `{for: {value: v, ${source}, steps: [{b: {assign: [{x: 1}]}}]}}`;
  const retry = (parts: string) => `{try: {raise: x}, retry: {${parts}}}`;

  it.each([
    ['condition', '{switch: [{condition: n == 1, next: z}]}', 'a boolean; got text: did you mean ${n == 1}?'],
    ['condition', '{switch: [{condition: 1, next: z}]}', 'a boolean; got 1'],
    ['in', loop('in: items'), 'a list; got text: did you mean ${items}?'],
    ['in', loop('in: {k: 1}'), 'a list; got a map'],
    ['range', loop('range: 5'), 'a list of two numbers; got 5'],
    ['range', loop('range: ["${n}", 2, 3]'), 'a list of two numbers'],
    ['concurrency_limit', `{parallel: {concurrency_limit: 0, ${loop('in: []').slice(1)}}`, 'integer; got 0'],
    ['predicate', retry('predicate: retry.always'), 'a function; got text: did you mean ${retry.always}?'],
    ['max_retries', retry('max_retries: "5"'), 'a number of at least 0; got text'],
    ['max_delay', retry('backoff: {max_delay: -1}'), 'a number of at least 0; got -1'],
  ])('%s of %s gets a warning', (field, step, hint) => {
    const warnings = warningsOfStep(step);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`warning in step a: '${field}' must be `);
    expect(warnings[0]).toContain(hint);
  });

  it.each([
    '{switch: [{condition: true, next: z}, {condition: "${n == 1}", next: z}]}',
    loop('in: [1, "${n}"]'),
    loop('range: ["${n}", 2]'),
    loop('range: [0.5, 2]'),
    loop("range: '${[1, n]}'"),
    `{parallel: {concurrency_limit: "\${n}", ${loop('in: []').slice(1)}}`,
    retry(
      'predicate: "${retry.always}", max_retries: 0, backoff: {initial_delay: 0.5, max_delay: 2, multiplier: 1.5}',
    ),
    retry('predicate: null, max_retries: null'),
  ])('%s gets none', (step) => {
    expect(warningsOfStep(step)).toEqual([]);
  });
});

describe('step names', () => {
  it('that two lists of a subworkflow have get a warning with the first place', () => {
    const source = `main:
  steps:
    - a:
        steps:
          - x: {assign: [{n: 1}]}
    - b:
        try:
          steps:
            - y: {assign: [{n: 1}]}
            - x: {call: sub}
sub:
  steps:
    - a: {return: 1}
    - x: {return: 1}
`;
    expect(checkSource(source).map(describeProblem)).toEqual([
      "10:15: warning in step b: step name 'x' is there in line 5 too: Google wants it to be unique in 'main'",
    ]);
  });

  it('of steps that are written in place are not theirs', () => {
    expect(warningsOfStep('{try: {raise: x}, except: {as: e, raise: "${e}"}}')).toEqual([]);
  });
});

describe('a variable that no expression can read gets a warning', () => {
  it.each([
    ['result', '{call: sys.now, result: and}', "3:30: warning in step a: .*'and'"],
    ['value of a loop', '{for: {value: or, in: [1], steps: [{b: {next: continue}}]}}', "'or'"],
    ['as of an except', '{try: {raise: x}, except: {as: "null"}}', "'null'"],
    [
      'shared',
      '{parallel: {shared: [x.y], for: {value: v, in: [], steps: [{b: {next: continue}}]}}}',
      "'x.y'",
    ],
  ])('%s', (_field, step, message) => {
    const warnings = warningsOfStep(step);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(new RegExp(message));
    expect(warnings[0]).toContain('no expression can read a variable of the name');
  });

  it('param', () => {
    const source = "main:\n  params: ['null']\n  steps:\n    - a: {return: 1}\n";
    expect(checkSource(source).map(describeProblem)).toEqual([
      "2:12: warning: no expression can read a variable of the name 'null'",
    ]);
  });
});

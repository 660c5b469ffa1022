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

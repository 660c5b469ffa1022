import { describe, expect, it } from 'vitest';
import { compileSource, describeProblem, InvalidWorkflowError } from '../../executor/index.ts';
import type { Case, Expected } from './cases/case.ts';
import { caseFile } from './cases/case-file.ts';
import { expressionCases } from './cases/expressions.ts';
import { libraryCases } from './cases/library.ts';
import { retryCases } from './cases/retries.ts';
import { runWorkflow } from './run.ts';

const AREAS: Readonly<Record<string, readonly Case[]>> = {
  expressions: expressionCases,
  'standard library': libraryCases,
  steps: caseFile('steps'),
  errors: caseFile('errors'),
  retries: retryCases,
  'parallel steps': caseFile('parallel'),
  'static checks': caseFile('checks'),
  'files that Google takes': caseFile('accepted'),
};

for (const [area, cases] of Object.entries(AREAS)) {
  describe(area, () => {
    it.each(cases)('[$page] $name', async ({ workflow, argument, expected }) => {
      if (expected.kind === 'problem') {
        expect(problemsOf(workflow)).toMatch(expected.message);
        return;
      }
      const { result, error } = await runWorkflow(workflow, argument);
      checkOutcome(expected, result, error?.payload);
    });
  });
}

function checkOutcome(
  expected: Exclude<Expected, { kind: 'problem' }>,
  result: string | undefined,
  payload: string | undefined,
): void {
  switch (expected.kind) {
    case 'result':
      expect(result ?? payload).toBe(expected.json);
      return;
    case 'raised':
      expect(payload).toBe(expected.json);
      return;
    case 'error': {
      expect(payload ?? result).toMatch(/^\{/);
      const { message, tags } = JSON.parse(payload ?? '{}') as { message: string; tags: string[] };
      expect(tags).toContain(expected.tag);
      if (expected.message) expect(message).toMatch(expected.message);
    }
  }
}

function problemsOf(workflow: string): string {
  try {
    compileSource(workflow);
    return 'no problem';
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    return error.problems.map(describeProblem).join('\n');
  }
}

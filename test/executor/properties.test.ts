import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSource, InvalidWorkflowError } from '../../executor/index.ts';
import { decodeJson } from '../../executor/values/json-decoder.ts';
import { encodeJson } from '../../executor/values/json-encoder.ts';
import { evaluate, expressions, render } from './random-expression.ts';
import { type Outcome, programs } from './random-program.ts';
import { runWorkflow } from './run.ts';

describe('expressions', () => {
  it('give what a reference evaluation of the same tree gives', async () => {
    await fc.assert(
      fc.asyncProperty(expressions, async (expression) => {
        const text = render(expression);
        fc.pre(text.length <= 400);
        const { result, error } = await runWorkflow(`- a:\n    return: '\${${text}}'\n`);
        const expected = evaluate(expression);
        if (expected.kind === 'error') {
          expect(JSON.parse(error?.payload ?? result ?? '').tags, text).toEqual([expected.tag]);
        } else {
          expect(result ?? error?.payload, text).toBe(expected.json);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('assignments', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(fc.constantFrom('x', 'y'), { maxLength: 3 });
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('copy' as const), to: name, from: name }),
    fc.record({
      kind: fc.constant('nest' as const),
      to: name,
      path,
      key: fc.constantFrom('x', 'y'),
      from: name,
    }),
    fc.record({
      kind: fc.constant('set' as const),
      to: name,
      path,
      key: fc.constantFrom('m', 'n'),
      value: fc.nat(9),
    }),
  );

  type Model = { [key: string]: Model | number };

  /** The map at the end of a path, made where it is missing, as the language makes it. */
  function reach(root: Model, keys: readonly string[]): Model {
    let at = root;
    for (const key of keys) {
      const next = at[key];
      const inner: Model = typeof next === 'object' ? next : {};
      at[key] = inner;
      at = inner;
    }
    return at;
  }

  it('copy by value: they give what a model that copies everything gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 15 }), async (operations) => {
        const model: Model = { a: {}, b: {}, c: {} };
        const assigns: object[] = [];
        for (const step of operations) {
          const copy = step.kind === 'set' ? step.value : structuredClone(model[step.from] ?? {});
          const value = step.kind === 'set' ? step.value : `\${${step.from}}`;
          if (step.kind === 'copy') {
            model[step.to] = copy;
            assigns.push({ [step.to]: value });
          } else {
            reach(model, [step.to, ...step.path])[step.key] = copy;
            assigns.push({ [[step.to, ...step.path, step.key].join('.')]: value });
          }
        }
        const init = { init: { assign: [{ a: {} }, { b: {} }, { c: {} }] } };
        const answer = { answer: { return: { a: `\${a}`, b: `\${b}`, c: `\${c}` } } };
        const { result } = await runWorkflow(JSON.stringify([init, { all: { assign: assigns } }, answer]));
        expect(JSON.parse(result ?? 'null')).toEqual(model);
      }),
      { numRuns: 300 },
    );
  });
});

describe('programs', () => {
  it('end, and never run more steps than the limit without its error', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (source) => {
        const execution = await runWorkflow(source);
        const outcome: Outcome = execution.error?.payload.includes('ResourceLimitError')
          ? 'limit'
          : execution.state;
        expect(['SUCCEEDED', 'FAILED', 'limit'], execution.error?.context).toContain(outcome);
        expect(execution.error?.payload ?? '').not.toContain('internal error');
        if (outcome !== 'limit') expect(execution.steps).toBeLessThanOrEqual(100_000);
        expect(execution.history.every(({ state }) => state !== 'STATE_IN_PROGRESS')).toBe(true);
      }),
      { numRuns: 80 },
    );
  });
});

describe('the readers', () => {
  const readable = `main:\n  params: [a]\n  steps:\n    - s:\n        try:\n          call: http.get\n          args: {url: "\${a.b + \\"x\\"}"}\n        retry: \${http.default_retry}\n        except:\n          as: e\n          steps:\n            - r:\n                return: \${not ("k" in e)}\n`;

  /** Anything but a list of problems is a crash. */
  function read(source: string): void {
    try {
      compileSource(source);
    } catch (error) {
      if (!(error instanceof InvalidWorkflowError)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
    }
  }

  it('never crash on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => read(Buffer.from(bytes).toString('utf8'))),
      {
        numRuns: 500,
      },
    );
  });

  it('never crash on random text in an expression', () => {
    const token = fc.constantFrom(
      ...'()[].,+-*/%<>=! "\'',
      'and',
      'or',
      'not',
      'in',
      'a',
      '1',
      '2.5',
      '"s"',
      'len',
      '//',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        read(JSON.stringify([{ a: { return: `\${${tokens.join(' ')}}` } }]));
      }),
      { numRuns: 1000 },
    );
  });

  it('never crash on a workflow with pieces cut out, doubled or swapped', () => {
    const edit = fc.tuple(fc.nat(readable.length), fc.nat(20), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        let text = readable;
        for (const [at, length, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + length);
        read(text);
      }),
      { numRuns: 500 },
    );
  });

  it('JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(encodeJson(decodeJson(JSON.stringify(value))))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(encodeJson(decodeJson(`[${value}]`))).toBe(`[${value}]`);
      }),
    );
  });

  it('JSON is refused if JSON.parse refuses it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          const accepts = (parse: (text: string) => unknown) => {
            try {
              parse(text);
              return true;
            } catch {
              return false;
            }
          };
          expect(accepts(decodeJson)).toBe(accepts(JSON.parse));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

import type { Case } from './case.ts';

/** Runs a step until it has run three times; gives the runs and the seconds they took. */
function flaky(retry: string, error: string): string {
  return `
main:
  steps:
    - init:
        assign: [{runs: 0}, {start: "\${sys.now()}"}]
    - attempt:
        try:
          steps:
            - count:
                assign: [{runs: "\${runs + 1}"}]
            - check:
                switch:
                  - condition: \${runs < 3}
                    raise: ${error}
        retry: ${retry}
    - answer:
        return: ["\${runs}", "\${sys.now() - start}"]
only_busy:
  params: [e]
  steps:
    - answer:
        return: \${e.code == 99}
`;
}

function policy(
  predicate: string,
  maxRetries: number,
  delay: number,
  maxDelay: number,
  multiplier: number,
): string {
  const backoff = `{initial_delay: ${delay}, max_delay: ${maxDelay}, multiplier: ${multiplier}}`;
  return `{predicate: "\${${predicate}}", max_retries: ${maxRetries}, backoff: ${backoff}}`;
}

const AGAIN = '"again"';
const RETRY_STEPS = 'Retry steps';
const IDEMPOTENT = `\${http.default_retry}`;
const NON_IDEMPOTENT = `\${http.default_retry_non_idempotent}`;

type Row = readonly [page: string, name: string, retry: string, error: string, outcome: string];

/** Outcome: the result, where the third run is reached. */
const REACHED: readonly Row[] = [
  [RETRY_STEPS, 'the delay grows by the multiplier', policy('retry.always', 5, 1, 60, 2), AGAIN, '[3,3.0]'],
  [RETRY_STEPS, 'max_delay bounds the delay', policy('retry.always', 5, 10, 12, 3), AGAIN, '[3,22.0]'],
  [
    RETRY_STEPS,
    'max_delay bounds the first delay too',
    policy('retry.always', 5, 10, 4, 3),
    AGAIN,
    '[3,8.0]',
  ],
  [RETRY_STEPS, 'fractions of seconds', policy('retry.always', 5, 0.5, 60, 1), AGAIN, '[3,1.0]'],
  [RETRY_STEPS, 'two retries are three attempts', policy('retry.always', 2, 1, 1, 1), AGAIN, '[3,2.0]'],
  [RETRY_STEPS, 'a predicate of our own', policy('only_busy', 5, 1, 1, 1), '{code: 99}', '[3,2.0]'],
  [
    'uncertain',
    'no predicate retries every error',
    '{max_retries: 5, backoff: {initial_delay: 1, multiplier: 1}}',
    AGAIN,
    '[3,2.0]',
  ],
  ['http.default_retry', 'retries 503', IDEMPOTENT, '{code: 503, tags: [HttpError]}', '[3,2.25]'],
  ['http.default_retry_predicate', 'retries 429', IDEMPOTENT, '{code: 429, tags: [HttpError]}', '[3,2.25]'],
  ['http.default_retry_predicate', 'retries 502', IDEMPOTENT, '{code: 502, tags: [HttpError]}', '[3,2.25]'],
  [
    'http.default_retry_predicate',
    'retries a broken connection',
    IDEMPOTENT,
    '{tags: [ConnectionError]}',
    '[3,2.25]',
  ],
  ['http.default_retry_predicate', 'retries a timeout', IDEMPOTENT, '{tags: [TimeoutError]}', '[3,2.25]'],
  [
    'http.default_retry_predicate_non_idempotent',
    'retries a connection that was never made',
    NON_IDEMPOTENT,
    '{tags: [ConnectionFailedError]}',
    '[3,2.25]',
  ],
];

/** Outcome: the raised value, where the first error goes on. */
const ENDED: readonly Row[] = [
  [
    RETRY_STEPS,
    'max_retries does not count the first attempt',
    policy('retry.always', 1, 1, 1, 1),
    AGAIN,
    AGAIN,
  ],
  [RETRY_STEPS, 'no retries at all', policy('retry.always', 0, 1, 1, 1), AGAIN, AGAIN],
  [RETRY_STEPS, 'a predicate that is false', policy('retry.never', 5, 1, 1, 1), AGAIN, AGAIN],
  [
    RETRY_STEPS,
    'a predicate of our own that refuses',
    policy('only_busy', 5, 1, 1, 1),
    '{code: 98}',
    '{"code":98}',
  ],
  ['http.default_retry_predicate', 'does not retry 500', IDEMPOTENT, '{code: 500}', '{"code":500}'],
  ['http.default_retry_predicate', 'does not retry a string', IDEMPOTENT, AGAIN, AGAIN],
  [
    'http.default_retry_predicate_non_idempotent',
    'does not retry 502',
    NON_IDEMPOTENT,
    '{code: 502}',
    '{"code":502}',
  ],
  [
    'http.default_retry_predicate_non_idempotent',
    'does not retry a broken connection',
    NON_IDEMPOTENT,
    '{tags: [ConnectionError]}',
    '{"tags":["ConnectionError"]}',
  ],
];

export const retryCases: readonly Case[] = [
  ...REACHED.map(([page, name, retry, error, json]): Case => {
    return { page, name, workflow: flaky(retry, error), expected: { kind: 'result', json } };
  }),
  ...ENDED.map(([page, name, retry, error, json]): Case => {
    return { page, name, workflow: flaky(retry, error), expected: { kind: 'raised', json } };
  }),
  {
    page: 'uncertain',
    name: 'a predicate that raises lets its own error through',
    workflow: flaky(policy('only_busy', 5, 1, 1, 1), '{tags: [a]}'),
    expected: { kind: 'error', tag: 'KeyError' },
  },
];

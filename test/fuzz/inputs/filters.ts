/** Filters of AIP-160, of Pub/Sub's subscriptions and of Cloud Workflows' executions: valid ones, long and deep ones, and damaged ones. */
import fc from 'fast-check';
import { damaged, hostileText } from './hostile.ts';

const FIELDS = [
  ...['name', 'state', 'method', 'parent', 'done', 'createTime', 'updateTime', 'completeTime', 'attempt'],
  ...[
    'labels.env',
    'labels."a.b"',
    'error.code',
    'rerunOf',
    'progressPercent',
    'attributes.method',
    'attributes:env',
  ],
  ...['startTime', 'argument', 'workflowRevisionId', 'nothing', 'labels', 'a.b.c.d.e'],
];
const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', ':', ' = ', ' : '];
const VALUES = [
  ...[
    'RUNNING',
    'WAITING',
    '"m"',
    "'m'",
    'true',
    '*',
    '"*m*"',
    '"a*"',
    '"*"',
    '-1',
    '3',
    '1e9',
    '5',
    'NOT_FOUND',
  ],
  ...[
    '2026-01-01T00:00:00Z',
    '"2026-01-01T00:00:00.5+01:00"',
    '"operations/known"',
    'operations/known',
    '""',
    '"\\\\"',
  ],
  ...['"%"', '"_"', '"\\""', '"\' OR 1=1 --"', '9999-12-31T23:59:59Z', '0000-00-00T00:00:00Z', '"💥"'],
];

/** Filters of the Operations API. */
const VALID = [
  ...[
    'state=RUNNING',
    'state != WAITING',
    'done=true',
    'NOT done=true',
    '-done=false',
    'method="m1"',
    'method:"m"',
  ],
  ...[
    'method="m*"',
    'labels.env="e1"',
    'labels."a.b"=c',
    'labels.env:*',
    'parent="operations/known"',
    'attempt>=1',
  ],
  ...[
    'createTime>"2026-01-01T00:00:00Z"',
    'createTime <= 2030-01-01T00:00:00.5+01:00',
    'error.code=NOT_FOUND',
  ],
  ...[
    'name:"many-1"',
    'name="operations/many-*"',
    'name>="operations/m"',
    'completeTime>"2026-01-01T00:00:00Z"',
  ],
];

const comparison = fc
  .tuple(
    fc.constantFrom(...FIELDS),
    fc.constantFrom(...OPERATORS),
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...VALUES) },
      { weight: 1, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
    ),
  )
  .map(([field, operator, value]) => `${field}${operator}${value}`);

const term = fc.oneof(
  { weight: 90, arbitrary: fc.constantFrom(...VALID) },
  { weight: 3, arbitrary: comparison },
  { weight: 1, arbitrary: fc.constantFrom(...FIELDS, ...VALUES) },
  { weight: 1, arbitrary: fc.constantFrom('hasPrefix(attributes.method, "m")', 'NOT attributes:x', 'now()') },
);

const expression = fc.letrec<{ whole: string; part: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('part'),
    fc.array(tie('whole'), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(' AND ')),
    fc.array(tie('whole'), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(' OR ')),
    fc.array(tie('whole'), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(' ')),
  ),
  part: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    term,
    tie('whole').map((inner) => `(${inner})`),
    tie('whole').map((inner) => `NOT (${inner})`),
    tie('whole').map((inner) => `-(${inner})`),
  ),
})).whole;

/** Inputs that are expensive without a limit: deep, long, repetitive, and with patterns that cause backtracking. */
const EXTREME = [
  `${'('.repeat(4_000)}done=true${')'.repeat(4_000)}`,
  `${'NOT '.repeat(3_000)}done`,
  `${'-'.repeat(8_000)}done`,
  `-${'('.repeat(3_000)}`,
  Array.from({ length: 64 }, (_, index) => `labels.k${index}="v"`).join(' AND '),
  Array.from({ length: 64 }, (_, index) => `name:"${'a'.repeat(index)}"`).join(' OR '),
  Array.from({ length: 700 }, () => 'done=true').join(' OR '),
  `name="${'*'.repeat(2_000)}"`,
  `name="${'*a'.repeat(2_000)}b"`,
  `method:"${'a'.repeat(8_000)}"`,
  `name${'.a'.repeat(3_000)}=1`,
  `"${'\\"'.repeat(3_000)}"`,
  `"${'\\'.repeat(6_001)}`,
  `createTime>${'0'.repeat(4_000)}`,
  `attempt=${'9'.repeat(4_000)}`,
  ' '.repeat(9_000),
  `${' '.repeat(4_000)}x`,
  '='.repeat(4_000),
  `labels.${'a'.repeat(2_000)}=1`,
  `done${'\t\n '.repeat(2_000)}=true`,
];

export const filterText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: expression },
  { weight: 2, arbitrary: damaged(expression) },
  { weight: 1, arbitrary: fc.constantFrom(...EXTREME) },
  { weight: 1, arbitrary: damaged(fc.constantFrom(...EXTREME)) },
  { weight: 1, arbitrary: hostileText },
);

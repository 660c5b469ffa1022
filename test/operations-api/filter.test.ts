import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/operations-api/filter/filter.ts';
import type { Condition } from '../../shared/orchestrator/condition.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

/** A condition in a form that shows how it is nested. */
function shape(condition: Condition): string {
  switch (condition.kind) {
    case 'all':
      return `(${condition.of.map(shape).join(' & ')})`;
    case 'any':
      return `(${condition.of.map(shape).join(' | ')})`;
    case 'not':
      return `!${shape(condition.of)}`;
    case 'text':
      return `${condition.subject} ${condition.relation} ${condition.value}`;
    case 'time':
      return `${condition.subject} ${condition.relation} ${new Date(condition.value).toISOString()}`;
    case 'errorCode':
      return `code ${condition.relation} ${condition.value}`;
    case 'hasLabel':
      return `has ${condition.subject}`;
    default:
      return condition.kind;
  }
}

describe('the grammar of AIP-160', () => {
  it.each([
    ['', '()'],
    ['  \n ', '()'],
    ['done = true', 'done'],
    ['done=false', '!done'],
    ['done != true', '!done'],
    ['method=a OR method=b AND method=c', '((method = a | method = b) & method = c)'],
    ['method=a AND method=b OR method=c', '(method = a & (method = b | method = c))'],
    ['method=a method=b OR method=c', '(method = a & (method = b | method = c))'],
    ['method=a method=b AND method=c', '((method = a & method = b) & method = c)'],
    ['(method=a AND method=b) OR method=c', '((method = a & method = b) | method = c)'],
    ['NOT method=a OR method=b', '(!method = a | method = b)'],
    ['-method=a', '!method = a'],
    ['-(method=a OR method=b)', '!(method = a | method = b)'],
    ['NOT (NOT method=a)', '!!method = a'],
    ['(method=a)(method=b)', '(method = a & method = b)'],
  ])('%s', (text, expected) => {
    expect(shape(parseFilter(text))).toBe(expected);
  });
});

describe('fields and values', () => {
  it.each([
    ['name="operations/r1"', 'name = operations/r1'],
    ['name = operations/r1.2', 'name = operations/r1.2'],
    ['name = operations/r*', 'name startsWith operations/r'],
    ['method:example.v1.Reports.Create', 'method = example.v1.Reports.Create'],
    ['method = "*.Create"', 'method endsWith .Create'],
    ["method = '*eat*'", 'method contains eat'],
    ['method > "m*"', 'method > m*'],
    ['parent:*', '!parent = '],
    ['state:*', '()'],
    ['state != RUNNING', '!state = RUNNING'],
    ['labels.env = prod', 'labels.env = prod'],
    ['labels."env" != "a \\"b\\" \\\\"', '!labels.env = a "b" \\'],
    ['labels.AND = "AND"', 'labels.AND = AND'],
    ['labels:env', 'has labels.env'],
    ['labels.env:*', 'has labels.env'],
    ['createTime > 2025-01-31T12:00:00Z', 'createTime > 2025-01-31T12:00:00.000Z'],
    ['create_time <= "2025-01-31T12:00:00.5+01:00"', 'createTime <= 2025-01-31T11:00:00.500Z'],
    ['updateTime < 2025-01-31T12:00:00.123456Z', 'updateTime <= 2025-01-31T12:00:00.123Z'],
    ['updateTime >= 2025-01-31T12:00:00.123456Z', 'updateTime > 2025-01-31T12:00:00.123Z'],
    ['updateTime = 2025-01-31T12:00:00.123456Z', '()'],
    ['error.code = 5', 'code = 5'],
    ['error.code >= NOT_FOUND', 'code >= 5'],
    ['error.code = -1', 'code = -1'],
    ['error:*', 'hasError'],
  ])('%s', (text, expected) => {
    expect(shape(parseFilter(text))).toBe(expected);
  });
});

describe('what is refused, with its position', () => {
  it.each([
    ['state', 1, 'a value needs a field and an operator'],
    ['state =', 8, 'the end where a value is expected'],
    ['= RUNNING', 1, 'where a field is expected'],
    ['state = RUNNING AND', 20, 'the end where a field is expected'],
    ['state = RUNNING OR OR state = FAILED', 20, '"OR" where a field is expected'],
    ['state = RUNNING)', 16, '")" where AND, OR, or the end is expected'],
    ['(state = RUNNING', 17, 'where ")" is expected'],
    ['(state = RUNNING AND (done = true)', 35, 'where ")" is expected'],
    ['nonsense = 1', 1, 'no field "nonsense"'],
    ['done = true AND metadata.x = 1', 17, 'no field "metadata.x"'],
    ['__proto__ = 1', 1, 'no field'],
    ['constructor.name = 1', 1, 'no field'],
    ['labels = 1', 8, 'is not for this field'],
    ['labels.env.x = 1', 12, 'labels have no fields'],
    ['labels."e\'; DROP" = 1', 8, 'a label key is'],
    ['labels:"$.env"', 8, 'a label key is'],
    ['done = maybe', 8, 'must be true or false'],
    ['done < true', 6, 'is not for this field'],
    ['state = running', 9, 'must be one of RUNNING'],
    ['state > RUNNING', 7, 'is not for this field'],
    ['state = "RUN*"', 9, 'must be one of RUNNING'],
    ['createTime > yesterday', 14, 'RFC 3339'],
    ['createTime > 2025-02-30T00:00:00Z', 14, 'RFC 3339'],
    ['createTime > 2025-01-01', 14, 'RFC 3339'],
    ['createTime > 9999-12-31T23:59:59-00:01', 14, 'RFC 3339'],
    ['createTime > 0001-01-01T00:00:00+00:01', 14, 'RFC 3339'],
    ['createTime > "2025-01-01T24:00:00Z"', 14, 'RFC 3339'],
    ['error.code = five', 14, 'google.rpc.Code'],
    ['error.code = 1.5', 14, 'google.rpc.Code'],
    ['error.message = no', 1, 'no field'],
    ['error = 5', 7, 'is not for this field'],
    ['method = "a*b"', 10, 'neither at the start nor at the end'],
    ['method = "a', 10, 'without its closing quote'],
    ['method = "a\\n"', 12, 'unknown escape'],
    ['method = a\\b', 11, 'unexpected'],
    ['method = (a OR b)', 10, 'lists of values'],
    ['has(method)', 4, 'functions are not supported'],
    ['method ! a', 8, 'unexpected "!"'],
    ['method = \u0000', 10, 'control character'],
    ['method = \ud800', 10, 'surrogate'],
    ['state = RUNNING; DROP TABLE operations', 9, 'must be one of RUNNING'],
  ])('%j', (text, position, problem) => {
    const refusal = caught(() => parseFilter(text));
    expect(refusal.field).toBe('filter');
    expect(refusal.message).toContain(`at position ${position}: `);
    expect(refusal.message).toContain(problem);
  });

  it.each([
    ['too long', `method = "${'a'.repeat(5_000)}"`, 'more than 4096 characters'],
    ['too deep', `${'('.repeat(100)}done=true${')'.repeat(100)}`, 'nest deeper than'],
    ['too many comparisons', Array.from({ length: 100 }, () => 'done=true').join(' OR '), 'comparisons'],
    ['deep in negations', `${'-('.repeat(200)}done=true`, 'nest deeper than'],
  ])('%s', (_, text, problem) => {
    expect(caught(() => parseFilter(text)).message).toContain(problem);
  });
});

function caught(run: () => unknown): InvalidInput {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

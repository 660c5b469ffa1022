/**
 * How lists reach their rows. Spanner's emulator makes no plans (what it gives for PLAN is empty), so that for Spanner
 * the statement itself is looked at: it names its index, binds what that begins with, and stops at the limit in each part.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../local/sqlite/connection.ts';
import { listStatement } from '../../local/sqlite/list.ts';
import { migrate } from '../../local/sqlite/migrations.ts';
import { parseFilter } from '../../shared/operations-api/filter/filter.ts';
import { listQuery } from '../../shared/spanner/list-query.ts';
import { tablesOf } from '../../shared/spanner/tables.ts';

const after = { createTime: 1_700_000_000_000, name: 'operations/x' } as const;

describe('the index of a list on Spanner', () => {
  it.each([
    ['', 'OperationsByCreateTime', undefined],
    ['createTime > 2025-01-01T00:00:00Z', 'OperationsByCreateTime', undefined],
    ['labels.env = prod', 'OperationsByCreateTime', undefined],
    ['state = RUNNING', 'OperationsByState', ['RUNNING']],
    ['done = false', 'OperationsByState', ['RUNNING', 'WAITING']],
    ['error.code = 5', 'OperationsByState', ['FAILED', 'CANCELLED']],
    ['state = FAILED AND error.code = 5 labels.env = x', 'OperationsByState', ['FAILED']],
    ['parent = "operations/p"', 'OperationsByParent', ['operations/p']],
    ['done = true parent = "operations/p"', 'OperationsByParent', ['operations/p']],
    ['done = false method = m', 'OperationsByState', ['RUNNING', 'WAITING']],
    ['method = m AND createTime > 2025-01-01T00:00:00Z', 'OperationsByMethod', ['m']],
    ['method = a OR method = b', 'OperationsByMethod', ['a', 'b']],
    ['method = a OR labels.env = b', 'OperationsByCreateTime', undefined],
    ['NOT method = a', 'OperationsByCreateTime', undefined],
    ['method = ""', 'OperationsByCreateTime', undefined],
    ['name = operations/r1', '_BASE_TABLE', ['operations/r1']],
    ['updateTime = 2025-01-01T00:00:00.000000001Z', 'OperationsByCreateTime', undefined],
  ])('%s', (filter, index, values) => {
    const { sql, params } = listQuery(tablesOf(), { condition: parseFilter(filter), after, limit: 7 });
    expect(sql).toContain(`@{FORCE_INDEX=${index}}`);
    expect(params.values).toEqual(values);
    expect(sql).toMatch(/ORDER BY o\.CreateTime DESC, o\.key LIMIT @limit\)\) AS found/);
    if (index !== '_BASE_TABLE') expect(sql).toContain('o.Shard = bucket');
  });

  it('has no value of the filter in its text', () => {
    const hostile = `"x' OR '1'='1"`;
    const filter = `method = ${hostile} OR labels.a = ${hostile} OR name = "*x' OR '1"`;
    const { sql } = listQuery(tablesOf(), { condition: parseFilter(filter), limit: 7 });
    expect(sql).not.toContain("OR '1'");
  });
});

describe('the plan of a list on SQLite', () => {
  const connection = openConnection();
  migrate(connection);
  afterAll(() => connection.close());

  it.each([
    ['', 'operations_by_create_time'],
    ['createTime > 2025-01-01T00:00:00Z', 'operations_by_create_time'],
    ['state = RUNNING', 'operations_by_state'],
    ['parent = "operations/p"', 'operations_by_parent'],
    ['method = m', 'operations_by_method'],
    ['method = m createTime > 2025-01-01T00:00:00Z', 'operations_by_method'],
  ])('%s', (filter, index) => {
    const { sql, values } = listStatement({ condition: parseFilter(filter), after, limit: 7 });
    const plan = connection
      .query<[number, number, number, string]>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(values)
      .map(([, , , step]) => step);
    expect(plan).toEqual([expect.stringMatching(`^SEARCH operations USING INDEX ${index} `)]);
  });
});

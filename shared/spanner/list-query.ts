/** Builds the SQL of a list. */
import type { ListQuery } from '../orchestrator/ports/list.ts';
import { type ConditionColumn, conditionSql, type SqlDialect } from '../records/condition-sql.ts';
import { type Access, accessOf } from './list-access.ts';
import { EMULATOR_HINT, type Query } from './reader.ts';
import { EACH_SHARD } from './shards.ts';
import type { Tables } from './tables.ts';

const COLUMNS: Readonly<Record<ConditionColumn, string>> = {
  name: 'o.key',
  state: 'o.State',
  method: 'o.Method',
  parent: 'o.Parent',
  createTime: 'o.CreateTime',
  updateTime: 'o.UpdateTime',
  completeTime: 'o.CompleteTime',
  errorCode: 'o.ErrorCode',
  rerunOf: 'o.RerunOf',
  attempt: 'o.Attempt',
};

/**
 * Reads the names and times of the page from an index, and then only the messages of these operations.
 *
 * Invariant: the query reads each shard of the index from the newest entry, and only as far as the page needs. Therefore it contains
 * the limit once for each value of the first column and each shard.
 */
export function listQuery(
  tables: Tables,
  { condition, after, limit, skip = 0 }: ListQuery & { readonly skip?: number },
  columns = 'o.Operation AS message',
): Query {
  const { dialect, params } = spannerDialect();
  const access = accessOf(condition);
  const where = [
    ...prefixOf(access),
    "o.State != 'DELETED'",
    ...(after ? [afterSql(dialect.bindTime(after.createTime), dialect.bind(after.name))] : []),
    conditionSql(condition, dialect),
  ].join(' AND ');
  const ordered = 'ORDER BY o.CreateTime DESC, o.key LIMIT @limit';
  const rows = `SELECT AS STRUCT o.key AS name, o.CreateTime AS time
    FROM ${tables.operations}@{FORCE_INDEX=${indexOf(tables, access)}} AS o WHERE ${where} ${ordered}`;
  const sql = `${EMULATOR_HINT}
    SELECT page.name, page.time, ${columns}
    FROM (
      SELECT found.name, found.time FROM ${[...sourcesOf(access), `UNNEST(ARRAY(${rows})) AS found`].join(', ')}
      ORDER BY found.time DESC, found.name ${skip > 0 ? 'LIMIT @page OFFSET @skip' : 'LIMIT @limit'}
    ) AS page
    JOIN ${tables.operations} AS o ON o.key = page.name
    ORDER BY page.time DESC, page.name`;
  if (access.values.length > 0) params.values = [...access.values];
  params.limit = skip + limit;
  if (skip > 0) {
    params.page = limit;
    params.skip = skip;
  }
  return { sql, params };
}

function indexOf(tables: Tables, { by }: Access): string {
  switch (by) {
    case 'name':
      return '_BASE_TABLE';
    case 'state':
      return tables.operationsByState;
    case 'method':
      return tables.operationsByMethod;
    case 'parent':
      return tables.operationsByParent;
    case 'rerunOf':
      return tables.operationsByRerunOf;
    case 'createTime':
      return tables.operationsByCreateTime;
  }
}

/** The values and shards for which the query reads the index separately. */
function sourcesOf({ by }: Access): string[] {
  const values = 'UNNEST(@values) AS value';
  if (by === 'name') return [values];
  return by === 'createTime' ? [EACH_SHARD] : [values, EACH_SHARD];
}

/** Binds the first columns of the index. */
function prefixOf({ by }: Access): string[] {
  switch (by) {
    case 'name':
      return ['o.key = value'];
    case 'createTime':
      return ['o.Shard = bucket'];
    default:
      return [`${COLUMNS[by]} = value`, `${COLUMNS[by]} IS NOT NULL`, 'o.Shard = bucket'];
  }
}

function afterSql(time: string, name: string): string {
  return `o.CreateTime <= ${time} AND (o.CreateTime < ${time} OR o.key > ${name})`;
}

type Params = Record<string, string | number | Date | string[]>;

export function spannerDialect(): { dialect: SqlDialect; params: Params } {
  const params: Params = {};
  const bind = (value: string | number | Date) => {
    const name = `p${Object.keys(params).length}`;
    params[name] = value;
    return `@${name}`;
  };
  const dialect: SqlDialect = {
    columns: COLUMNS,
    bind,
    bindTime: (millis) => bind(new Date(millis)),
    label: (key) => `JSON_VALUE(o.Labels[${key}], '$')`,
    startsWith: (text, part) => `STARTS_WITH(${text}, ${part})`,
    endsWith: (text, part) => `ENDS_WITH(${text}, ${part})`,
    contains: (text, part) => `STRPOS(${text}, ${part}) > 0`,
  };
  return { dialect, params };
}

/**
 * Translates a filter condition to SQL, for every store. Values travel as parameters. Only this file and the dialect
 * write SQL text.
 *
 * Invariant: SQL has three truth values, and conditions have two. A comparison with NULL counts as false. AND, OR and
 * WHERE treat NULL as false themselves, and NOT is applied only to values that are never NULL.
 */
import {
  type Comparison,
  type Condition,
  labelKey,
  type TextRelation,
  type TextSubject,
} from '../orchestrator/condition.ts';

export type ConditionColumn =
  | ('name' | 'state' | 'method' | 'parent' | 'rerunOf' | 'attempt')
  | ('createTime' | 'updateTime' | 'completeTime' | 'errorCode');

/** The differences between the stores' SQL. One object serves one query, and `bind` collects its parameters. */
export interface SqlDialect {
  readonly columns: Readonly<Record<ConditionColumn, string>>;
  /** Returns the placeholder of a value. */
  bind(value: string | number): string;
  /** Returns the placeholder of a time in milliseconds since the epoch. */
  bindTime(millis: number): string;
  /** The value of a label, or NULL if absent. `key` is a placeholder. */
  label(key: string): string;
  /** Whether a text begins with, ends with or contains `part`, which is the placeholder of a non-empty text. */
  startsWith(text: string, part: string): string;
  endsWith(text: string, part: string): string;
  contains(text: string, part: string): string;
}

export function conditionSql(condition: Condition, dialect: SqlDialect): string {
  switch (condition.kind) {
    case 'all':
      return joined(condition.of, 'AND', 'TRUE', dialect);
    case 'any':
      return joined(condition.of, 'OR', 'FALSE', dialect);
    case 'not':
      return `NOT IFNULL(${conditionSql(condition.of, dialect)}, FALSE)`;
    default:
      return `(${comparisonSql(condition, dialect)})`;
  }
}

function joined(parts: readonly Condition[], word: string, empty: string, dialect: SqlDialect): string {
  if (parts.length === 0) return empty;
  return `(${parts.map((part) => conditionSql(part, dialect)).join(` ${word} `)})`;
}

function comparisonSql(comparison: Comparison, dialect: SqlDialect): string {
  const { columns } = dialect;
  switch (comparison.kind) {
    case 'text':
      return textSql(comparison, dialect);
    case 'time':
      return `${columns[comparison.subject]} ${comparison.relation} ${dialect.bindTime(comparison.value)}`;
    case 'errorCode':
      return `${columns.errorCode} ${comparison.relation} ${dialect.bind(comparison.value)}`;
    case 'attempt':
      return `IFNULL(${columns.attempt}, 0) ${comparison.relation} ${dialect.bind(comparison.value)}`;
    case 'done':
      return `${columns.completeTime} IS NOT NULL`;
    case 'hasError':
      return `${columns.errorCode} IS NOT NULL`;
    case 'hasLabel':
      return `${dialect.label(dialect.bind(labelKey(comparison.subject)))} IS NOT NULL`;
  }
}

type TextComparison = Extract<Comparison, { kind: 'text' }>;

function textSql({ subject, relation, value }: TextComparison, dialect: SqlDialect): string {
  const text = textColumn(subject, relation, value, dialect);
  const part = dialect.bind(value);
  switch (relation) {
    case 'startsWith':
      return dialect.startsWith(text, part);
    case 'endsWith':
      return dialect.endsWith(text, part);
    case 'contains':
      return dialect.contains(text, part);
    default:
      return `${text} ${relation} ${part}`;
  }
}

function textColumn(
  subject: TextSubject,
  relation: TextRelation,
  value: string,
  dialect: SqlDialect,
): string {
  switch (subject) {
    case 'name':
    case 'state':
      return dialect.columns[subject];
    case 'method':
    case 'parent':
    case 'rerunOf':
      // An absent column counts as empty. For a comparison with a non-empty text, the bare column gives the same answer
      // and can use its index.
      return relation === '=' && value !== ''
        ? dialect.columns[subject]
        : `IFNULL(${dialect.columns[subject]}, '')`;
    default:
      return dialect.label(dialect.bind(labelKey(subject)));
  }
}

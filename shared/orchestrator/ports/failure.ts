/**
 * The errors of every port. The number is a google.rpc.Code. The core never sees an HTTP status.
 *
 * | kind            | code | a lifecycle event with it is | an HTTP caller gets |
 * | --------------- | ---- | ---------------------------- | ------------------- |
 * | `invalid`       | 3    | dead-lettered (1)            | 400                 |
 * | `notFound`      | 5    | dead-lettered (1)            | 404                 |
 * | `alreadyExists` | 6    | dead-lettered                | 409                 |
 * | `permission`    | 7    | retried: it may be granted (3) | 403                |
 * | `exhausted`     | 8    | dead-lettered                | 429                  |
 * | `precondition`  | 9    | dead-lettered (1)            | 400                 |
 * | `conflict`      | 10   | retried                      | 409                 |
 * | `outOfRange`    | 11   | dead-lettered                | 400                 |
 * | `unimplemented` | 12   | dead-lettered                | 501                 |
 * | `permanent`     | 13   | dead-lettered                | 500                 |
 * | `internal`      | 13   | retried (2)                  | 500                 |
 * | `unavailable`   | 14   | retried                      | 503                 |
 *
 * (1) If the deployment is at fault, retried: an operator may create the missing table, or enable the disabled key.
 * (2) The stored data of an operation is broken: the event is not at fault, and is not lost.
 * (3) Except for an event about an operation of another tenant, which is dead-lettered.
 *
 * The HTTP column applies if the caller is at fault. If the deployment is, HTTP callers get 503 if a retry may help
 * (`conflict`, `unavailable`), and 500 otherwise.
 */
export const FAILURE_CODES = {
  invalid: 3,
  notFound: 5,
  alreadyExists: 6,
  permission: 7,
  exhausted: 8,
  precondition: 9,
  conflict: 10,
  outOfRange: 11,
  unimplemented: 12,
  permanent: 13,
  internal: 13,
  unavailable: 14,
} as const;

export type FailureKind = keyof typeof FAILURE_CODES;

/** Who has to change something: the caller its call or event, or an operator the deployment. */
export type Fault = 'caller' | 'deployment';

/** The kinds that no call or event can cause. */
const FAULTS_OF_DEPLOYMENT: ReadonlySet<FailureKind> = new Set(['permanent', 'internal', 'unavailable']);

export interface FailureOptions extends ErrorOptions {
  /** `deployment` if a client library's error is about our own database or topic. If absent, the kind decides. */
  readonly fault?: Fault;
}

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly fault: Fault;

  constructor(kind: FailureKind, message: string, { fault, ...options }: FailureOptions = {}) {
    super(message, options);
    this.name = 'Failure';
    this.kind = kind;
    this.fault = fault ?? (FAULTS_OF_DEPLOYMENT.has(kind) ? 'deployment' : 'caller');
  }

  get code(): number {
    return FAILURE_CODES[this.kind];
  }
}

/** Field names come from outside. An error must fit logs, attributes and rows, however long they are. */
const MAX_FIELD_LENGTH = 256;
const MAX_RULE_LENGTH = 1_024;

/** The beginning of the text, cut between characters. */
export function startOf(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).replace(/\p{Surrogate}$/u, '')}…`;
}

/** The input breaks a rule. The error names the field and the rule. */
export class InvalidInput extends Failure {
  readonly field: string;
  readonly rule: string;

  constructor(field: string, rule: string, kind: FailureKind = 'invalid') {
    const start = startOf(field, MAX_FIELD_LENGTH);
    const short = startOf(rule, MAX_RULE_LENGTH);
    super(kind, `${start}: ${short}`);
    this.name = 'InvalidInput';
    this.field = start;
    this.rule = short;
  }
}

/** What happens to a lifecycle event whose handling failed. */
export type Disposition = 'retry' | 'deadLetter';

const DISPOSITIONS: Record<FailureKind, Disposition> = {
  invalid: 'deadLetter',
  notFound: 'deadLetter',
  alreadyExists: 'deadLetter',
  permission: 'retry',
  exhausted: 'deadLetter',
  precondition: 'deadLetter',
  conflict: 'retry',
  outOfRange: 'deadLetter',
  unimplemented: 'deadLetter',
  permanent: 'deadLetter',
  internal: 'retry',
  unavailable: 'retry',
};

/** The kinds of errors of our own database or topic that end when an operator changes the deployment. */
const MENDED_BY_OPERATOR: ReadonlySet<FailureKind> = new Set([
  // A query of a missing table or column. A read of one is `notFound`.
  'invalid',
  'notFound',
  'permission',
  // The Cloud KMS key of the database or the topic is disabled.
  'precondition',
]);

/** Whether the failure ends when an operator changes the deployment. It says nothing about the operation of the call. */
export function isMendedByOperator({ kind, fault }: Failure): boolean {
  return fault === 'deployment' && MENDED_BY_OPERATOR.has(kind);
}

/** An unexpected error is retried: repeating an event is better than dropping one. */
export function dispositionOf(error: unknown): Disposition {
  if (!(error instanceof Failure)) return 'retry';
  if (error instanceof InvalidInput && error.kind === 'permission') return 'deadLetter';
  return isMendedByOperator(error) ? 'retry' : DISPOSITIONS[error.kind];
}

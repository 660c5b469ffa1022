/** What failed: the beginning of the transaction, one of its statements, or the commit. */
export type LostStage = 'begin' | 'statement' | 'commit';

/**
 * The thread could not write a transaction. Everything that was sent afterwards is lost too, because it builds on that transaction,
 * until the connection is rolled back.
 */
export class LostTransaction extends Error {
  readonly stage: LostStage;
  /** SQLite's result code. */
  readonly code: string | undefined;

  constructor(stage: LostStage, message: string, code: string | undefined) {
    super(message);
    this.name = 'LostTransaction';
    this.stage = stage;
    this.code = code;
  }
}

/** What the worker needs to go on. A part that is absent keeps its saved value. */
export interface Savepoint {
  readonly checkpoint?: Uint8Array;
  readonly resumePoint?: string;
}

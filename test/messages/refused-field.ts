import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

/** The field of the InvalidInput that the act throws, the text of any other error, or undefined if it throws none. */
export function refusedField(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof InvalidInput ? error.field : String(error);
  }
  return undefined;
}

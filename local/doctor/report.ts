/** What the doctor found, one line a finding. */
export interface Finding {
  readonly what: string;
  /** What is missing or wrong; absent where it is as it should be. */
  readonly problem?: string;
}

export function ok(what: string): Finding {
  return { what };
}

export function missing(what: string, problem: string): Finding {
  return { what, problem };
}

export function lineOf({ what, problem }: Finding): string {
  return problem === undefined ? `ok       ${what}` : `missing  ${what}: ${problem}`;
}

/** Runs a check; one that can't be made is a finding as well. */
export async function finding(what: string, check: () => Promise<string | undefined>): Promise<Finding> {
  try {
    const problem = await check();
    return problem === undefined ? ok(what) : missing(what, problem);
  } catch (error) {
    return missing(what, error instanceof Error ? error.message : String(error));
  }
}

/** The findings of the doctor, one line each. */
export interface Finding {
  readonly what: string;
  /** What is missing or wrong. Absent if the check passed. */
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

/** Runs a check. A check that cannot be run is a finding too. */
export async function finding(what: string, check: () => Promise<string | undefined>): Promise<Finding> {
  try {
    const problem = await check();
    return problem === undefined ? ok(what) : missing(what, problem);
  } catch (error) {
    return missing(what, error instanceof Error ? error.message : String(error));
  }
}

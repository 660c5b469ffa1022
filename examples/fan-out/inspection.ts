import type { LocalSystem } from '../../local/system.ts';

export interface WaitInspection {
  readonly waitId: string;
  readonly open: boolean;
  readonly startTime: string;
  readonly endTime?: string;
  readonly cause?: string;
  readonly resumedBy?: string;
  readonly execution?: string;
}

export interface Inspection {
  readonly name: string;
  readonly state: string;
  readonly waits: readonly WaitInspection[];
  readonly history: readonly { readonly type: string; readonly outcome: string; readonly reason?: string }[];
}

/** Calls `:inspect` of the Operations API. Rejects if the operation does not exist. */
export async function inspect(
  { operationsUrl }: Pick<LocalSystem, 'operationsUrl'>,
  name: string,
): Promise<Inspection> {
  const response = await fetch(`${operationsUrl}/v1/${name}:inspect`);
  if (!response.ok) throw new Error(`${name}:inspect was answered ${response.status}`);
  return (await response.json()) as Inspection;
}

import type { HistoryEntry } from '../orchestrator/ports/store.ts';

/** The rare fields of a history line, as one JSON text. */
export type HistoryDetail = Pick<HistoryEntry, 'worker' | 'rejection' | 'error'>;

export function encodeDetail({ worker, rejection, error }: HistoryDetail): string | undefined {
  const isEmpty = worker === undefined && rejection === undefined && error === undefined;
  return isEmpty ? undefined : JSON.stringify({ worker, rejection, error });
}

export function decodeDetail(text: string | undefined): HistoryDetail {
  return text === undefined ? {} : JSON.parse(text);
}

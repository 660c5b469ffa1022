/** The states of an operation, by their names in the Operations API. */
export const STATES = ['RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type State = (typeof STATES)[number];

const TEXTS: Readonly<Record<string, string>> = {
  SUPERSEDED: 'replaced by the next wait',
  TERMINAL: 'ended with the operation',
  DELETED: 'ended when the operation was deleted',
};

/** Describes why a wait ended without a resume, from the field `abandoned` of `:inspect`. */
export function abandonedText(abandoned: string): string {
  return TEXTS[abandoned] ?? `ended: ${abandoned.toLowerCase()}`;
}

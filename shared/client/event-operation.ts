/** The operation that the JSON of an event names. undefined where the text is no JSON, or does not show it. */
export function operationOfEvent(data: string): string | undefined {
  try {
    const { operation } = JSON.parse(data) as { operation?: unknown };
    return typeof operation === 'string' ? operation : undefined;
  } catch {
    return undefined;
  }
}

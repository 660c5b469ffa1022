/**
 * Closes the parts of a system one after the other. A part that fails to close, as on a full disk, does not keep the others open.
 *
 * @throws the error of the first part that failed, once all are closed
 */
export async function closeAll(parts: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of parts) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

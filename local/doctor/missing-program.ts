/** What to do where a program is not there, which is so on Windows and in small container images. */
const ADVICE =
  'The deployment needs bash and gcloud. Cloud Shell (https://shell.cloud.google.com) has both; on Windows, use WSL.';

/** Replaces Node's error of a program that could not be started because it is not there. Returns any other error as it is. */
export function nameMissingProgram(error: unknown): unknown {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' || !syscall?.startsWith('spawn')) return error;
  return new Error(`${path} is not installed, or not in PATH. ${ADVICE}`, { cause: error });
}

import { HttpApi } from '../../shared/client/http-api.ts';

/** The most calls of one batch. */
const BATCH = 100;

/** Creates operations by the API. The name of each contains its number. */
export async function createOperations(url: string, count: number, prefix = 'load'): Promise<void> {
  const api = new HttpApi({ url });
  for (let start = 0; start < count; start += BATCH) {
    const size = Math.min(BATCH, count - start);
    const calls = Array.from({ length: size }, (_, index) => ({ create: creation(prefix, start + index) }));
    const { answers } = await api.call<{ answers: readonly { readonly error?: object }[] }>(
      'POST',
      '/v1/operations:batch',
      { calls },
      { idempotent: true },
    );
    const failed = answers.find(({ error }) => error);
    if (failed) throw new Error(`creating an operation was answered ${JSON.stringify(failed)}`);
  }
}

function creation(prefix: string, number: number) {
  const operationId = `${prefix}-${String(number).padStart(6, '0')}`;
  return {
    operationId,
    requestId: operationId,
    method: `load.v1.Method${number % 7}`,
    labels: { group: String(number % 10) },
  };
}

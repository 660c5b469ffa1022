const AT_ONCE = 200;

/** Creates operations by the API. The name of each contains its number. */
export async function createOperations(url: string, count: number, prefix = 'load'): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - start);
    await Promise.all(Array.from({ length: size }, (_, index) => create(url, prefix, start + index)));
  }
}

async function create(url: string, prefix: string, number: number): Promise<void> {
  const response = await fetch(`${url}/v1/operations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      operationId: `${prefix}-${String(number).padStart(6, '0')}`,
      method: `load.v1.Method${number % 7}`,
      labels: { group: String(number % 10) },
    }),
  });
  if (!response.ok) throw new Error(`creating an operation was answered ${response.status}`);
  await response.arrayBuffer();
}

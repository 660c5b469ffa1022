/** Calls of the HTTP functions, as users and the workflow make them. */
import type { LocalSystem } from '../../local/system.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the function answered
  readonly body: any;
}

export async function call(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

export function getOperation({ operationsUrl }: LocalSystem, name: string): Promise<Answer> {
  return call(`${operationsUrl}/v1/${name}`);
}

export function resume(
  { resumeUrl }: LocalSystem,
  name: string,
  body: object = { data: {} },
): Promise<Answer> {
  return post(resumeUrl, body, { 'x-alis-operation-id': name.replace('operations/', '') });
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

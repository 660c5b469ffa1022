/** Calls of the API whose answers are held against the description that it serves itself. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** What an answer holds is for the description to check, and for the case to expect. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
}

export class DescribedApi {
  readonly #url: string;
  readonly #ajv: Ajv2020;
  readonly #description: Description;
  /** By the pointer into the description. */
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(url: string, description: Description) {
    this.#url = url;
    this.#description = description;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(this.#ajv);
    this.#ajv.addSchema({ ...description, $id: 'api' });
  }

  static async at(url: string, headers: Readonly<Record<string, string>> = {}): Promise<DescribedApi> {
    const response = await fetch(`${url}/openapi.json`, { headers });
    return new DescribedApi(url, (await response.json()) as Description);
  }

  /** Every method that is described, as `GET /v1/operations`. */
  get methods(): string[] {
    return Object.entries(this.#description.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((key) => key !== 'parameters')
        .map((key) => `${key.toUpperCase()} ${path}`),
    );
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: Json = text === '' ? undefined : JSON.parse(text);
    const answer = { status: response.status, headers: response.headers, body: json };
    if (text !== '') this.#check(method, path, answer);
    return answer;
  }

  /** Whether the answer is what the description says; partial ones are not. */
  #check(method: string, path: string, { status, headers, body }: Answer): void {
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    if (status >= 400) {
      this.#matches('#/components/schemas/Error', body);
      expect(body.error.code).toBe(status);
      expect(body.error.details[0]['@type']).toBe('type.googleapis.com/google.rpc.ErrorInfo');
      return;
    }
    if (/[?&]\$?fields=/.test(path)) return;
    const template = this.#templateOf(path);
    const pointer = ['paths', template, method.toLowerCase(), 'responses', '200', 'content'];
    const escaped = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
    this.#matches(`#/${escaped.map(encodeURIComponent).join('/')}/application~1json/schema`, body);
  }

  #matches(pointer: string, body: Json): void {
    // Ajv compiles a schema anew for each object that it is given.
    const validate = this.#validators.get(pointer) ?? this.#ajv.compile({ $ref: `api${pointer}` });
    this.#validators.set(pointer, validate);
    if (validate(body)) return;
    expect.fail(`${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  }

  #templateOf(path: string): string {
    const bare = path.split('?')[0] ?? '';
    if (bare in this.#description.paths) return bare;
    const ofOperation = /(?::[a-z]+|\/children)$/.exec(bare)?.[0] ?? '';
    return `/v1/operations/{operation}${ofOperation}`;
  }
}

/** The IAM policies of a project's resources. */
import type { Json } from './json.ts';

export interface Grant {
  readonly role: string;
  readonly member: string;
  /** The title of the condition, where the grant has one. */
  readonly title: string | undefined;
}

export class Policies {
  readonly #grants = new Map<string, readonly Grant[]>();

  grant(key: string, grant: Grant): void {
    this.#grants.set(key, [...this.of(key).filter((each) => !same(each, grant)), grant]);
  }

  revoke(key: string, grant: Grant): void {
    this.#grants.set(
      key,
      this.of(key).filter((each) => !same(each, grant)),
    );
  }

  of(key: string): readonly Grant[] {
    return this.#grants.get(key) ?? [];
  }

  /** Every grant of every resource. */
  all(): readonly Grant[] {
    return [...this.#grants.values()].flat();
  }

  forget(key: string): void {
    this.#grants.delete(key);
  }

  /** As the API has it. A policy without grants has no bindings. */
  policyOf(key: string): Json {
    const bindings = this.of(key).map(({ role, member, title }) => ({
      role,
      members: [member],
      ...(title && { condition: { title, expression: 'true' } }),
    }));
    return bindings.length === 0 ? { etag: 'ACAB' } : { bindings, etag: 'BwYz', version: 1 };
  }
}

function same(left: Grant, right: Grant): boolean {
  return left.role === right.role && left.member === right.member && left.title === right.title;
}

/**
 * The tenants of a deployment. Each has its own lifecycle topic, which carries only operations whose ids begin with the
 * tenant's prefix, and its own topics for signals, completions and dead letters.
 *
 * Invariant: nothing that a tenant publishes reads, changes or names an operation of another tenant. Without tenants,
 * the deployment is one trust domain.
 */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isOperationName, type OperationName, operationId } from '../lifecycle/operation-name.ts';
import { Failure, InvalidInput } from './ports/failure.ts';

export interface Tenant {
  /** The lifecycle topic, without the project. */
  readonly topic: string;
  /** The prefix of its operation ids. No prefix begins another one. */
  readonly prefix: string;
  /** The suffix of the tenant's topic names: `-a` for `operation-lifecycle-a` and `operation-signals-a`. */
  readonly ending: string;
}

/** An event or call is about an operation of another tenant. Only its sender sees this error. */
export class ForeignOperation extends InvalidInput {
  constructor(field: string, rule: string) {
    super(field, `${rule} (PERMISSION_DENIED)`, 'permission');
    this.name = 'ForeignOperation';
  }
}

export interface TenantOptions {
  /** The common lifecycle topic, which belongs to no tenant. */
  readonly lifecycleTopic: string;
  /**
   * Whether a URL is one of this deployment's functions. A tenant must not make the deployment call them with its own
   * identity.
   */
  readonly isOwnUrl?: (url: string) => boolean;
}

export class Tenants {
  readonly #tenants: readonly Tenant[];
  readonly #options: TenantOptions;

  constructor(tenants: readonly Tenant[], options: TenantOptions) {
    this.#tenants = tenants;
    this.#options = options;
  }

  /** The tenant that an operation belongs to, or undefined if it belongs to none. */
  of(name: OperationName): Tenant | undefined {
    if (this.#tenants.length === 0) return undefined;
    const id = operationId(name);
    return this.#tenants.find(({ prefix }) => id.startsWith(prefix));
  }

  /** The tenant of a lifecycle topic, or undefined for the common topic and for any other. */
  ofTopic(topic: string | undefined): Tenant | undefined {
    return this.#tenants.find((tenant) => tenant.topic === topic);
  }

  /**
   * Refuses an operation that the topic does not carry.
   *
   * @throws ForeignOperation
   * @throws Failure of the kind `internal` if the trigger does not say by which topic the event came
   */
  requireCarried(topic: string | undefined, name: OperationName): void {
    if (this.#tenants.length === 0) return;
    const carrier = this.ofTopic(topic);
    if (!carrier && topic !== this.#options.lifecycleTopic) {
      throw new Failure(
        'internal',
        `TOPIC_PREFIXES is set, and the push names no lifecycle topic of the deployment: ${topic ?? 'none'}`,
      );
    }
    if (this.of(name) === carrier) return;
    throw new ForeignOperation(
      'operation',
      carrier
        ? `must begin with operations/${carrier.prefix} in an event of ${carrier.topic}`
        : `must not begin with a prefix that is bound to another topic than ${topic}`,
    );
  }

  /**
   * Refuses an event that names operations of a tenant other than its own operation's.
   *
   * @throws ForeignOperation
   */
  requireOneTenant(event: LifecycleEvent): void {
    if (this.#tenants.length === 0) return;
    const { operation } = event;
    if (event.type === 'created') this.requireSame('created.parent', operation, event.creation.parent);
    if (event.type !== 'waiting') return;
    const { children, spawn, terms } = event;
    children.forEach((child, index) => {
      this.requireSame(`waiting.childOperations[${index}]`, operation, child);
    });
    spawn.forEach(({ name }, index) => {
      this.requireSame(`waiting.spawn[${index}].operationId`, operation, name);
    });
    // Both are called with the deployment's identity, which may see and change the operations of every tenant.
    terms.externals.forEach(({ name, endpoint }, index) => {
      if (!this.#isOwnUrl(endpoint)) return;
      const field = `waiting.externalOperations[${index}]`;
      if (!isOperationName(name)) throw new ForeignOperation(`${field}.name`, 'must be operations/{id}');
      this.requireSame(`${field}.name`, operation, name);
    });
    if (terms.resumeMethod !== undefined && this.#isOwnUrl(terms.resumeMethod)) {
      throw new ForeignOperation('waiting.resumeMethod', 'must not be a URL of this deployment');
    }
  }

  /** @throws ForeignOperation if the operations belong to different tenants */
  requireSame(field: string, operation: OperationName, other: OperationName | undefined): void {
    if (other === undefined || this.of(operation) === this.of(other)) return;
    throw new ForeignOperation(field, 'must have the prefix of the operation itself');
  }

  /**
   * Chooses an id that belongs to the tenant of the operation `from`, or to no tenant if `from` belongs to none.
   * `candidate` makes one id for each number.
   */
  idFrom(from: OperationName | undefined, candidate: (attempt: number) => string): string {
    const tenant = from && this.of(from);
    for (let attempt = 0; ; attempt++) {
      const id = `${tenant?.prefix ?? ''}${candidate(attempt)}`;
      if (this.of(`operations/${id}`) === tenant) return id;
      if (attempt === MAX_CANDIDATES) {
        throw new InvalidInput(
          'operationId',
          'is required, because each generated id would belong to another prefix of TOPIC_PREFIXES',
          'precondition',
        );
      }
    }
  }

  #isOwnUrl(url: string): boolean {
    return this.#options.isOwnUrl?.(url) ?? false;
  }
}

const MAX_CANDIDATES = 100;

/** A deployment that is one trust domain. */
export const NO_TENANTS = new Tenants([], { lifecycleTopic: '' });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Returns a function that tells whether a URL has one of these origins. All loopback names count as one host. */
export function ofOrigins(urls: readonly (string | undefined)[]): (url: string) => boolean {
  const origins = new Set(urls.flatMap((url) => (url === undefined ? [] : [originOf(url)])));
  return (url) => URL.canParse(url) && origins.has(originOf(url));
}

function originOf(url: string): string {
  const { protocol, hostname, port, origin } = new URL(url);
  return LOOPBACK.has(hostname) ? `${protocol}//localhost:${port}` : origin;
}

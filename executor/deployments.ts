import { randomBytes } from 'node:crypto';
import type { DurableStore, StoredWorkflow } from './durable/durable-store.ts';
import { RequestError } from './errors/request-error.ts';
import { compileSource, type DeployedWorkflow, type DeployOptions } from './workflow.ts';

/** The form of the id of a workflow. */
export const WORKFLOW_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The latest revision of each workflow. A store keeps the revisions for the next process. */
export class Deployments {
  readonly #latest = new Map<string, DeployedWorkflow>();
  readonly #store: DurableStore | undefined;

  constructor(store: DurableStore | undefined) {
    this.#store = store;
    for (const { id, ...stored } of store?.workflows() ?? []) {
      this.#latest.set(id, { id, ...stored, program: compileSource(stored.source) });
    }
  }

  /** @throws InvalidWorkflowError with every problem of the source and its place; RequestError for an id that breaks the rule */
  deploy(
    workflowId: string,
    source: string,
    options: Required<DeployOptions>,
    now: number,
  ): DeployedWorkflow {
    if (!WORKFLOW_ID.test(workflowId)) {
      throw new RequestError('INVALID_ARGUMENT', `'${workflowId}' is not a valid workflow id`);
    }
    const program = compileSource(source);
    const previous = this.#latest.get(workflowId);
    const workflow: DeployedWorkflow = {
      id: workflowId,
      revisionId: revisionAfter(previous),
      source,
      program,
      ...options,
      createTime: previous?.createTime ?? now,
      revisionCreateTime: now,
    };
    this.#latest.set(workflowId, workflow);
    this.#store?.saveWorkflow(storedWorkflow(workflow));
    return workflow;
  }

  get(workflowId: string): DeployedWorkflow | undefined {
    return this.#latest.get(workflowId);
  }

  all(): readonly DeployedWorkflow[] {
    return [...this.#latest.values()];
  }

  /** Returns whether the workflow existed. */
  delete(workflowId: string): boolean {
    this.#store?.deleteWorkflow(workflowId);
    return this.#latest.delete(workflowId);
  }
}

/** The form of Google's revision ids: a number that counts up, and three random hexadecimal digits. */
function revisionAfter(previous: DeployedWorkflow | undefined): string {
  const number = Number(previous?.revisionId.slice(0, 6) ?? 0) + 1;
  return `${String(number).padStart(6, '0')}-${randomBytes(2).toString('hex').slice(0, 3)}`;
}

export function storedWorkflow({ program: _, ...stored }: DeployedWorkflow): StoredWorkflow {
  return stored;
}

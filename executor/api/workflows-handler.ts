import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { RequestError } from '../errors/request-error.ts';
import type { Executor } from '../executor.ts';
import { InvalidWorkflowError } from '../source/problem.ts';
import type { DeployedWorkflow, DeployOptions } from '../workflow.ts';
import { timestamp } from './execution-resource.ts';
import { page } from './paging.ts';
import { pathParameter, queryText, stringMap } from './request-reader.ts';

const EMPTY_TYPE = 'type.googleapis.com/google.protobuf.Empty';

/** The number of operations that are kept. Each contains the source of its workflow. */
const MAX_OPERATIONS = 1_000;

/** The methods of `projects.locations.workflows`. Deploy and delete answer with an operation that is already done. */
export class WorkflowsHandler {
  readonly #executor: Executor;
  /** The newest operations. */
  readonly #operations = new Map<string, object>();
  readonly #messages: string;

  constructor(executor: Executor, version: 'v1' | 'v1beta') {
    this.#executor = executor;
    this.#messages = `type.googleapis.com/google.cloud.workflows.${version}`;
  }

  readonly create = (request: Request): object => {
    const id = queryText(request, 'workflowId') ?? '';
    if (this.#executor.workflow(id))
      throw new RequestError('ALREADY_EXISTS', `workflow '${id}' already exists`);
    return this.#deploy(request, id, 'create');
  };

  readonly update = (request: Request): object => {
    const { id } = this.#find(request);
    return this.#deploy(request, id, 'update');
  };

  readonly get = (request: Request): object => workflowResource(this.#find(request), request);

  readonly list = (request: Request): object => {
    const all = this.#executor.workflows();
    const { items, nextPageToken } = page(all, request, { byDefault: 500, atMost: 1000 });
    return { workflows: items.map((workflow) => workflowResource(workflow, request)), ...nextPageToken };
  };

  readonly delete = (request: Request): object => {
    const { id } = this.#find(request);
    this.#executor.deleteWorkflow(id);
    return this.#finished(request, id, 'delete', { '@type': EMPTY_TYPE, value: {} });
  };

  readonly operation = (request: Request): object => {
    const id = pathParameter(request, 'operation');
    const operation = this.#operations.get(id);
    if (operation === undefined) throw new RequestError('NOT_FOUND', `operation '${id}' does not exist`);
    return operation;
  };

  /** Fields that an update does not contain keep their value, as with an update mask of the contained fields. */
  #deploy(request: Request, id: string, verb: string): object {
    const body: unknown = request.body ?? {};
    if (typeof body !== 'object' || body === null) {
      throw new RequestError('INVALID_ARGUMENT', 'the request body must be a Workflow');
    }
    const fields: { readonly [name: string]: unknown } = { ...body };
    const previous = this.#executor.workflow(id);
    const source = fields.sourceContents ?? previous?.source;
    if (typeof source !== 'string') throw new RequestError('INVALID_ARGUMENT', 'sourceContents must be text');
    const text = (name: 'description' | 'serviceAccount'): string | undefined => {
      const value = fields[name];
      return typeof value === 'string' && value !== '' ? value : previous?.[name];
    };
    const map = (name: string, kept: Readonly<Record<string, string>> | undefined) =>
      fields[name] === undefined ? (kept ?? {}) : stringMap(name, fields[name]);
    const description = text('description');
    const serviceAccount = text('serviceAccount');
    const options: DeployOptions = {
      labels: map('labels', previous?.labels),
      env: map('userEnvVars', previous?.env),
      ...(description !== undefined && { description }),
      ...(serviceAccount !== undefined && { serviceAccount }),
    };
    try {
      const workflow = this.#executor.deploy(id, source, options);
      return this.#finished(request, id, verb, {
        '@type': `${this.#messages}.Workflow`,
        ...workflowResource(workflow, request),
      });
    } catch (error) {
      if (!(error instanceof InvalidWorkflowError)) throw error;
      throw new RequestError('INVALID_ARGUMENT', error.message);
    }
  }

  #finished(request: Request, target: string, verb: string, response: object): object {
    const id = `operation-${randomUUID()}`;
    const now = timestamp(this.#executor.clock.now());
    const operation = {
      name: `${parentOf(request)}/operations/${id}`,
      metadata: {
        '@type': `${this.#messages}.OperationMetadata`,
        createTime: now,
        endTime: now,
        target: `${parentOf(request)}/workflows/${target}`,
        verb,
        apiVersion: this.#messages.slice(this.#messages.lastIndexOf('.') + 1),
      },
      done: true,
      response,
    };
    this.#operations.set(id, operation);
    const [oldest = id] = this.#operations.keys();
    if (this.#operations.size > MAX_OPERATIONS) this.#operations.delete(oldest);
    return operation;
  }

  #find(request: Request): DeployedWorkflow {
    const id = pathParameter(request, 'workflow');
    const workflow = this.#executor.workflow(id);
    if (workflow === undefined) throw new RequestError('NOT_FOUND', `workflow '${id}' does not exist`);
    return workflow;
  }
}

function parentOf(request: Request): string {
  return `projects/${pathParameter(request, 'project')}/locations/${pathParameter(request, 'location')}`;
}

function workflowResource(workflow: DeployedWorkflow, request: Request): object {
  return {
    name: `${parentOf(request)}/workflows/${workflow.id}`,
    description: workflow.description,
    state: 'ACTIVE',
    revisionId: workflow.revisionId,
    createTime: timestamp(workflow.createTime),
    updateTime: timestamp(workflow.revisionCreateTime),
    revisionCreateTime: timestamp(workflow.revisionCreateTime),
    labels: workflow.labels,
    serviceAccount: workflow.serviceAccount,
    sourceContents: workflow.source,
    userEnvVars: workflow.env,
  };
}

import { checkWorkflow } from './checks/workflow-check.ts';
import { ConnectorCatalog } from './connectors/catalog.ts';
import { compileWorkflow } from './program/compiler.ts';
import type { Program } from './program/program.ts';
import type { Workflow } from './source/model.ts';
import { InvalidWorkflowError, type Problem } from './source/problem.ts';
import { readWorkflow } from './source/workflow-reader.ts';

/** A workflow as it is deployed: the latest revision of its source, ready to run. */
export interface DeployedWorkflow {
  /** The id with which it was deployed. */
  readonly id: string;
  /** The number of the revision, and three hexadecimal digits: `000001-a4d`. */
  readonly revisionId: string;
  /** The text of the file. */
  readonly source: string;
  /** @internal */
  readonly program: Program;
  /** As it was deployed. */
  readonly description: string;
  /** Labels of all its executions. */
  readonly labels: Readonly<Record<string, string>>;
  /** The variables of `sys.get_env`. */
  readonly env: Readonly<Record<string, string>>;
  /** What `sys.get_env("GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME")` returns. */
  readonly serviceAccount: string;
  /** Milliseconds since 1970: when its first revision was deployed. */
  readonly createTime: number;
  /** Milliseconds since 1970: when this revision was deployed. */
  readonly revisionCreateTime: number;
}

/** How a workflow is deployed. */
export interface DeployOptions {
  /** Free text. */
  readonly description?: string;
  /** Labels of all its executions. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The user's variables for `sys.get_env`. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What `sys.get_env("GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME")` returns. Default: `local@{project}.iam.gserviceaccount.com`.
   */
  readonly serviceAccount?: string;
}

/**
 * The mistakes of a workflow file, warnings among them, in the order of the source; none where the file is sound.
 */
export function checkSource(source: string): readonly Problem[] {
  try {
    return compileSource(source).warnings;
  } catch (error) {
    if (error instanceof InvalidWorkflowError) return error.problems;
    throw error;
  }
}

/** Reads, checks and compiles a workflow file. @throws InvalidWorkflowError with every problem and its place */
export function compileSource(source: string): Program {
  return compileRead(readWorkflow(source));
}

/** Checks and compiles a workflow file that has been read. @throws InvalidWorkflowError with every problem and its place */
export function compileRead(workflow: Workflow): Program {
  const connectors = new ConnectorCatalog();
  return compileWorkflow(workflow, checkWorkflow(workflow, connectors), connectors);
}

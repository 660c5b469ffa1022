import { checkWorkflow } from './checks/workflow-check.ts';
import { compileWorkflow } from './program/compiler.ts';
import type { Program } from './program/program.ts';
import { readWorkflow } from './source/workflow-reader.ts';

/** A workflow as it is deployed: the latest revision of its source, ready to run. */
export interface DeployedWorkflow {
  readonly id: string;
  readonly revisionId: string;
  readonly source: string;
  readonly program: Program;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** Milliseconds since 1970. */
  readonly createTime: number;
  readonly revisionCreateTime: number;
}

export interface DeployOptions {
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The user's variables for `sys.get_env`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
}

/** Reads, checks and compiles a workflow file. @throws InvalidWorkflowError with every problem and its place */
export function compileSource(source: string): Program {
  const workflow = readWorkflow(source);
  return compileWorkflow(workflow, checkWorkflow(workflow));
}

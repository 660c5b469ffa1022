import { checkWorkflow } from './checks/workflow-check.ts';
import { ConnectorCatalog } from './connectors/catalog.ts';
import { compileWorkflow } from './program/compiler.ts';
import type { Program } from './program/program.ts';
import { InvalidWorkflowError, type Problem } from './source/problem.ts';
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
  const workflow = readWorkflow(source);
  const connectors = new ConnectorCatalog();
  return compileWorkflow(workflow, checkWorkflow(workflow, connectors), connectors);
}

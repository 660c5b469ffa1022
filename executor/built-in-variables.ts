import type { DeployedWorkflow } from './workflow.ts';

/**
 * The variables that Google sets for each execution; `sys.get_env` reads them.
 *
 * Source: https://cloud.google.com/workflows/docs/reference/environment-variables
 */
export function builtInVariables(
  workflow: DeployedWorkflow,
  executionId: string,
  project: string,
  location: string,
): readonly (readonly [string, string])[] {
  return [
    ['GOOGLE_CLOUD_LOCATION', location],
    ['GOOGLE_CLOUD_PROJECT_ID', project],
    ['GOOGLE_CLOUD_PROJECT_NUMBER', '123456789012'],
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME', workflow.serviceAccount],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID', executionId],
    ['GOOGLE_CLOUD_WORKFLOW_ID', workflow.id],
    ['GOOGLE_CLOUD_WORKFLOW_REVISION_ID', workflow.revisionId],
  ];
}

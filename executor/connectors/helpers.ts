import { type FunctionParameter, parameters } from '../stdlib/function.ts';
import type { ConnectorHelper } from './connector.ts';

const SECRETS = 'googleapis.secretmanager.v1.projects.secrets';
const EXECUTIONS = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';
const EXECUTIONS_BETA = 'googleapis.workflowexecutions.v1beta.projects.locations.workflows.executions';

const RUN = ['workflow_id', 'location?', 'project_id?', 'argument?', 'timeout?', 'callLogLevel?'];

const CLUSTER = ['cluster_id', 'location', 'project?'];

/**
 * The functions that Google documents beside the methods of its APIs ("Secret Manager API Connector Overview", "Workflow
 * Executions API Connector Overview", "Kubernetes API Connector Overview").
 */
export const connectorHelpers: ReadonlyMap<string, ConnectorHelper> = new Map(
  [
    helper(`${SECRETS}.versions.accessString`, 'secretmanager', ['secret_id', 'version?', 'project_id?']),
    helper(`${SECRETS}.versions.accessBytes`, 'secretmanager', ['secret_id', 'version?', 'project_id?']),
    helper(`${SECRETS}.addVersionString`, 'secretmanager', ['secret_id', 'data', 'project_id?']),
    helper(`${SECRETS}.addVersionBytes`, 'secretmanager', ['secret_id', 'data', 'project_id?']),
    helper(`${EXECUTIONS}.run`, 'workflowexecutions', RUN),
    helper(`${EXECUTIONS_BETA}.run`, 'workflowexecutions', RUN),
    helper(`${EXECUTIONS}.map`, 'workflowexecutions', [
      'workflow_id',
      'arguments',
      'location?',
      'project_id?',
    ]),
    helper('gke.request', 'gke', [
      ...CLUSTER,
      'method',
      'path',
      'query?',
      'headers?',
      'body?',
      'timeout?',
      'is_absolute_path?',
    ]),
    helper('gke.create_job', 'gke', [...CLUSTER, 'namespace?', 'job', 'query?', 'timeout?']),
    helper('gke.await_job', 'gke', [...CLUSTER, 'job_name', 'namespace?', 'timeout?']),
    helper('gke.delete_job', 'gke', [...CLUSTER, 'job_name', 'namespace?', 'query?', 'timeout?']),
  ].map((entry) => [entry.name, entry]),
);

function helper(name: string, api: string, names: readonly string[]): ConnectorHelper {
  const own: FunctionParameter[] = parameters(...names);
  return { kind: 'helper', name, api, parameters: own };
}

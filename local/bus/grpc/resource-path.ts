import { InvalidInput } from '../../../shared/orchestrator/ports/failure.ts';

/** A topic or subscription, and the project that the caller names it in. */
export interface ResourcePath {
  readonly project: string;
  readonly name: string;
}

/** Reads `projects/{project}/topics/{topic}`. @throws InvalidInput that names the field */
export function topicOf(field: string, path: string): ResourcePath {
  return resourceOf(field, path, 'topics');
}

/** Reads `projects/{project}/subscriptions/{subscription}`. @throws InvalidInput that names the field */
export function subscriptionOf(field: string, path: string): ResourcePath {
  return resourceOf(field, path, 'subscriptions');
}

/** Reads `projects/{project}`. @throws InvalidInput */
export function projectOf(path: string): string {
  const [collection, project, ...rest] = path.split('/');
  if (collection !== 'projects' || !project || rest.length > 0) {
    throw new InvalidInput('project', 'must be projects/{project}');
  }
  return project;
}

function resourceOf(field: string, path: string, collection: 'topics' | 'subscriptions'): ResourcePath {
  const [projects, project, actual, name, ...rest] = path.split('/');
  if (projects !== 'projects' || !project || actual !== collection || !name || rest.length > 0) {
    throw new InvalidInput(field, `must be projects/{project}/${collection}/{${collection.slice(0, -1)}}`);
  }
  return { project, name };
}

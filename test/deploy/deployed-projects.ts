import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { SampleProject } from './deployment.ts';

/**
 * Projects in which `deploy.sh` has run once, with the same arguments. It really runs for the first project. The other projects
 * get the same gcloud commands, which needs no process.
 */
export class DeployedProjects {
  readonly #args: readonly string[];
  #first: Promise<SampleProject> | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  async create(): Promise<SampleProject> {
    this.#first ??= deployed(this.#args);
    const first = await this.#first;
    const project = await SampleProject.create();
    // The commands name files that deploy.sh writes to this folder.
    await cp(join(first.root, '.lro'), join(project.root, '.lro'), { recursive: true });
    project.google.repeat(first.google);
    return project;
  }

  async remove(): Promise<void> {
    await (await this.#first)?.remove();
  }
}

async function deployed(args: readonly string[]): Promise<SampleProject> {
  const project = await SampleProject.create();
  const { code, stderr } = await project.deploy(args);
  if (code !== 0) throw new Error(`deploy.sh ${args.join(' ')} ended with ${code}: ${stderr}`);
  return project;
}

import { expect, it } from 'vitest';
import { SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

it.skipIf(withoutBash('the plan of deploy.sh'))(
  'plans a fresh project as plan.golden.txt says, which was read by a person',
  async () => {
    const project = await SampleProject.create();
    const { stdout } = await project.deploy(['plan', ...SETTINGS]);
    await project.remove();
    // The revision is a digest of the sources, and another with each change of them.
    const plan = stdout.replace(/lro_revision=[0-9a-f]{40}/g, 'lro_revision=REVISION');
    await expect(plan).toMatchFileSnapshot('plan.golden.txt');
  },
);

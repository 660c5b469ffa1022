/** KMS_KEY and DATA_REGIONS reach every resource that stores data. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const KEY = 'projects/keys/locations/us-central1/keyRings/ring/cryptoKeys/key';

describe.skipIf(withoutBash('the residency of deploy.sh'))(
  'deploy.sh plan with KMS_KEY and DATA_REGIONS',
  () => {
    let project: SampleProject;
    let commands: readonly string[];
    beforeAll(async () => {
      project = await SampleProject.create();
      const { stdout } = await project.deploy(['plan', '--offline', ...SETTINGS, ...EVERYTHING]);
      commands = stdout.replaceAll(/\\\n\s*/g, '').split('\n');
    });
    afterAll(() => project.remove());

    const those = (command: string) => commands.filter((line) => line.startsWith(`gcloud ${command}`));

    it.each([
      ['spanner databases create', `--kms-key=${KEY}`],
      ['pubsub topics create', `--topic-encryption-key=${KEY}`],
      ['artifacts repositories create', `--kms-key=${KEY}`],
      ['functions deploy', `--kms-key=${KEY}`],
      ['workflows deploy', `--kms-key=${KEY}`],
    ])('gcloud %s has the key', (command, flag) => {
      const found = those(command);
      expect(found).not.toEqual([]);
      for (const line of found) expect(line).toContain(flag);
    });

    it('keeps the messages of every topic in the regions, in transit too', () => {
      for (const line of those('pubsub topics create')) {
        expect(line).toContain('--message-storage-policy-allowed-regions=us-central1,us-east1');
        expect(line).toContain('--message-storage-policy-enforce-in-transit');
      }
    });

    it('lets the agent of each service use the key before the service stores anything', () => {
      const grants = those('kms keys add-iam-policy-binding').join('\n');
      const agents = ['spanner', 'pubsub', 'artifactregistry', 'secretmanager', 'workflows'];
      for (const agent of agents) expect(grants).toContain(`@gcp-sa-${agent}.iam`);
      for (const agent of ['gcf-admin-robot', 'serverless-robot-prod', 'gs-project-accounts']) {
        expect(grants).toContain(`@${agent}.iam`);
      }
      const last = commands.findLastIndex((line) =>
        line.startsWith('gcloud kms keys add-iam-policy-binding'),
      );
      const first = commands.findIndex((line) => line.includes(`key=${KEY}`));
      expect(last).toBeGreaterThan(0);
      expect(first).toBeGreaterThan(last);
    });
  },
);

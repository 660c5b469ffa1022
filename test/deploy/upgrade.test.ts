import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeployedProjects } from './deployed-projects.ts';
import { type SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const projects = new DeployedProjects(['apply', ...SETTINGS]);
afterAll(() => projects.remove());

let project: SampleProject;
beforeEach(async () => {
  project = await projects.create();
});
afterEach(() => project.remove());

const TRIGGER = 'serviceAccount:lro-trigger@sample-project.iam.gserviceaccount.com';
const EVENTS = 'serviceAccount:lro-events@sample-project.iam.gserviceaccount.com';

/** Makes a deployment as the first release made it: a trigger of Eventarc, and a role that may change the schema. */
async function deployFirstRelease(): Promise<void> {
  const { google } = project;
  google.of('pubsub subscriptions').delete('on-lifecycle-event');
  google.of('functions').set('on-lifecycle-event', {
    ...google.of('functions').get('on-lifecycle-event'),
    eventTrigger: { trigger: 'projects/sample-project/locations/us-central1/triggers/on-lifecycle-event-1' },
  });
  google.policies.grant('projects sample-project', grant('roles/eventarc.eventReceiver', TRIGGER));
  google.policies.grant('spanner databases lro', grant('roles/spanner.databaseUser', EVENTS));
}

function grant(role: string, member: string) {
  return { role, member, title: undefined };
}

describe.skipIf(withoutBash('the upgrade by deploy.sh'))(
  'deploy.sh apply on a deployment of the first release',
  () => {
    it('makes the subscription before the trigger goes, and goes back a day, so that no event is lost', async () => {
      await deployFirstRelease();
      const before = project.google.changes.length;
      expect((await project.deploy(['apply', ...SETTINGS])).code).toBe(0);
      const changes = project.google.changes.slice(before).map((change) => change.split(' --')[0]);
      expect(changes).toEqual([
        'projects remove-iam-policy-binding sample-project',
        'spanner databases remove-iam-policy-binding lro',
        'pubsub subscriptions create on-lifecycle-event',
        'pubsub subscriptions add-iam-policy-binding on-lifecycle-event',
        'pubsub subscriptions seek on-lifecycle-event',
        'functions delete on-lifecycle-event',
        'functions deploy on-lifecycle-event',
        'run services add-iam-policy-binding on-lifecycle-event',
      ]);
      expect((await project.deploy(['plan', ...SETTINGS])).stdout.trim()).toMatch(/^Nothing to run/);
    });

    it('leaves no role that may change the schema, and no role of Eventarc', async () => {
      await deployFirstRelease();
      await project.deploy(['apply', ...SETTINGS]);
      const roles = project.google.policies.all().map(({ role }) => role);
      expect(roles).not.toContain('roles/spanner.databaseUser');
      expect(roles).not.toContain('roles/eventarc.eventReceiver');
      expect(roles).toContain('projects/sample-project/roles/lroDatabaseUser');
    });

    it('continues after an interruption at any command', async () => {
      await deployFirstRelease();
      let code: number | undefined;
      do {
        // The subscription goes back in the topic until the trigger is gone: that run is given the next command too.
        const sought = project.google.changes.at(-1)?.includes('subscriptions seek');
        project.google.breakAfter = project.google.changes.length + (sought ? 2 : 1);
        ({ code } = await project.deploy(['apply', ...SETTINGS]));
      } while (code === undefined);
      expect(code).toBe(0);
      expect(project.google.of('functions').get('on-lifecycle-event')).not.toHaveProperty('eventTrigger');
      expect(project.google.changes.filter((change) => change.includes('subscriptions seek'))).not.toEqual(
        [],
      );
    });
  },
);

/** Adds what this release does not know, and the functions of another revision. */
function deployLaterRelease(): void {
  const { google } = project;
  google.spanner.record("('0099_of_a_later_release')");
  google.of('monitoring policies').set('later', { displayName: 'lro-orchestrator: of a later release' });
  for (const [name, found] of google.of('functions')) {
    google.of('functions').set(name, { ...found, labels: { lro_revision: 'later' } });
  }
}

describe.skipIf(withoutBash('the way back by deploy.sh'))(
  'deploy.sh apply on a deployment of a later release',
  () => {
    it('deploys its own functions again, and leaves the schema and the alerts that it does not know', async () => {
      deployLaterRelease();
      const before = project.google.changes.length;
      expect((await project.deploy(['apply', ...SETTINGS])).code).toBe(0);
      const changes = project.google.changes.slice(before).map((change) => change.split(' --')[0]);
      expect(changes).toEqual([
        'functions deploy resume',
        'functions deploy operations',
        'functions deploy sweep',
        'functions deploy on-lifecycle-event',
      ]);
      expect((await project.deploy(['plan', ...SETTINGS])).stdout.trim()).toMatch(/^Nothing to run/);
    });
  },
);

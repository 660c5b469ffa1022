import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeployedProjects } from './deployed-projects.ts';
import { type SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const TENANTS = '--topic-prefixes=operation-lifecycle-a=a-,operation-lifecycle-b=b-';
const projects = new DeployedProjects(['apply', ...SETTINGS, TENANTS]);
afterAll(() => projects.remove());

let project: SampleProject;
beforeEach(async () => {
  project = await projects.create();
  project.google.of('iam service-accounts').set(ACCOUNT, {});
});
afterEach(() => project.remove());

const ACCOUNT = 'render@sample-project.iam.gserviceaccount.com';
const WORKER = ['--worker=render', '--methods=example.v1.Pages.Render, example.v1.Pages.Check'];
const deploy = (command: string, ...more: readonly string[]) =>
  project.deploy([command, ...SETTINGS, TENANTS, ...more]);

describe.skipIf(withoutBash('deploy.sh --worker'))('deploy.sh apply --worker', () => {
  it('makes a subscription with the signals of its methods, a deadline of a minute and no dead letters', async () => {
    const before = project.google.changes.length;
    expect(await deploy('apply', ...WORKER)).toMatchObject({ code: 0, stderr: '' });
    expect(project.google.changes).toHaveLength(before + 1);
    const subscription = project.google.of('pubsub subscriptions').get('render-signals');
    expect(subscription).toMatchObject({
      topic: 'projects/sample-project/topics/operation-signals',
      ackDeadlineSeconds: 60,
      filter: 'attributes.method = "example.v1.Pages.Render" OR attributes.method = "example.v1.Pages.Check"',
      expirationPolicy: {},
      pushConfig: {},
    });
    expect(subscription).not.toHaveProperty('deadLetterPolicy');
    expect((await deploy('plan', ...WORKER)).stdout.trim()).toMatch(/^Nothing to run/);
    expect((await deploy('status', ...WORKER)).stdout).toContain('ok       subscription render-signals');
  });

  it('grants its account the signals, the lifecycle topic and the Operations API', async () => {
    await deploy('apply', ...WORKER, `--worker-account=${ACCOUNT}`);
    const grants = project.google.policies
      .all()
      .filter(({ member }) => member === `serviceAccount:${ACCOUNT}`);
    expect(grants.map(({ role }) => role)).toEqual([
      'roles/pubsub.subscriber',
      'roles/pubsub.viewer',
      'roles/pubsub.publisher',
      'roles/run.invoker',
    ]);
    expect((await deploy('plan', ...WORKER, `--worker-account=${ACCOUNT}`)).stdout.trim()).toMatch(
      /^Nothing to run/,
    );
  });

  it('subscribes to the topics of a tenant', async () => {
    await deploy('apply', ...WORKER, '--tenant=a');
    expect(project.google.of('pubsub subscriptions').get('render-signals')).toMatchObject({
      topic: 'projects/sample-project/topics/operation-signals-a',
    });
  });

  it('leaves a subscription with another filter alone, since Pub/Sub never changes one', async () => {
    await deploy('apply', ...WORKER);
    const before = project.google.changes.length;
    const { code, stderr } = await deploy('apply', '--worker=render', '--methods=example.v1.Other');
    expect(code).toBe(1);
    expect(stderr).toContain('subscription render-signals has another topic or filter');
    expect(project.google.changes).toHaveLength(before);
  });

  it('takes a dead-letter policy away that someone set', async () => {
    await deploy('apply', ...WORKER);
    const subscriptions = project.google.of('pubsub subscriptions');
    const deadLetterPolicy = { deadLetterTopic: 'projects/p/topics/d', maxDeliveryAttempts: 5 };
    subscriptions.set('render-signals', { ...subscriptions.get('render-signals'), deadLetterPolicy });
    await deploy('apply', ...WORKER);
    expect(subscriptions.get('render-signals')?.deadLetterPolicy).toBeUndefined();
  });

  it('deletes its subscription and nothing else', async () => {
    const before = project.google.content();
    await deploy('apply', ...WORKER);
    await deploy('destroy', '--worker=render', '--yes');
    expect(project.google.content()).toEqual(before);
  });

  it.each([
    [['--worker=render'], '--methods must name'],
    [['--worker=r', '--methods=a'], '--worker must be the name'],
    [['--worker=render', '--methods=a,,b'], '--methods must have no empty entry'],
    [['--worker=render', '--methods=a" OR true OR "'], '--methods must have no'],
    [['--worker=render', `--methods=${'m'.repeat(250)}`], 'and Pub/Sub takes 256'],
    [['--worker=render', '--methods=a', '--worker-account=x'], '--worker-account must'],
    [['--worker=render', '--methods=a', '--tenant=c'], '--tenant must'],
  ])('refuses %j', async (options, reason) => {
    const before = project.google.commands.length;
    const { code, stderr } = await deploy('apply', ...options);
    expect(code).toBe(1);
    expect(stderr).toContain(`deploy.sh: ${reason}`.replace('deploy.sh: and', 'and'));
    expect(project.google.commands).toHaveLength(before);
  });
});

describe.skipIf(withoutBash('the tenants of deploy.sh'))('deploy.sh apply with TOPIC_PREFIXES', () => {
  it('makes four topics, an inbox and a pushing subscription for each tenant', async () => {
    const kinds = ['lifecycle', 'completions', 'signals', 'dead-letters'];
    const topics = ['', '-a', '-b'].flatMap((ending) => kinds.map((kind) => `operation-${kind}${ending}`));
    expect([...project.google.of('pubsub topics').keys()].sort()).toEqual(topics.sort());
    const subscriptions = project.google.of('pubsub subscriptions');
    expect([...subscriptions.keys()].sort()).toEqual(
      ['', '-a', '-b']
        .flatMap((ending) => [`on-lifecycle-event${ending}`, `operation-dead-letters${ending}-inbox`])
        .sort(),
    );
    expect(subscriptions.get('on-lifecycle-event-a')).toMatchObject({
      topic: 'projects/sample-project/topics/operation-lifecycle-a',
      deadLetterPolicy: { deadLetterTopic: 'projects/sample-project/topics/operation-dead-letters-a' },
      pushConfig: {
        // The path tells the function from which topic an event comes.
        pushEndpoint:
          'https://on-lifecycle-event-123456789012.us-central1.run.app/projects/sample-project/topics/operation-lifecycle-a',
        oidcToken: { audience: 'https://on-lifecycle-event-123456789012.us-central1.run.app' },
      },
    });
  });

  it('allows only the functions to publish to the topics of each tenant', async () => {
    for (const topic of ['operation-signals-a', 'operation-completions-b']) {
      const members = project.google.policies.of(`pubsub topics ${topic}`).map(({ member }) => member);
      const accounts = ['events', 'operations', 'resume', 'sweep'];
      expect(members).toEqual(
        accounts.map((name) => `serviceAccount:lro-${name}@sample-project.iam.gserviceaccount.com`),
      );
    }
  });
});

/**
 * The system on Google's Spanner and Pub/Sub emulators. The functions run in processes of the functions-framework behind
 * Pub/Sub push. The workflow runs in the local executor, which the functions call like Google's API.
 */

import type { RequestListener } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import express from 'express';
import { newPageToken } from '../../console/server/page-token.ts';
import { Executor, workflowsApi } from '../../executor/index.ts';
import { LifecycleClient } from '../../shared/client/lifecycle-client.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { answerNoSuchPath, HttpRefusal, sendRefusal } from '../../shared/http/refusal.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';
import { DEFAULT_TOPICS, localTopology, type SubscriptionSpec } from '../../shared/pubsub/topology.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { closeAll } from '../close-all.ts';
import { createTopology } from '../emulators/pubsub.ts';
import { serve } from '../http-server.ts';
import { Http2Refusal } from '../http2-refusal.ts';
import { deployParallelPoll, PARALLEL_POLL } from '../parallel-poll.ts';
import { startTogether } from '../start-together.ts';
import type { LocalSystem, SystemOptions } from '../system.ts';
import { followTopic } from './follow-topic.ts';
import { startFunction } from './function-process.ts';
import { emulatedGateway } from './gateway.ts';
import { startScheduler } from './scheduler.ts';

export interface EmulatedOptions extends SystemOptions {
  readonly spannerHost: string;
  readonly pubsubHost: string;
  /** The project, which separates systems that share the emulators. */
  readonly project?: string;
  /**
   * Receives each line that a function logs, with the name of the function in front. If absent, the lines go to the
   * standard error.
   */
  readonly log?: (line: string) => void;
  /** Starts the process of a function. Fault tests replace it, to kill the process. */
  readonly startFunction?: typeof startFunction;
}

const answerStarting: RequestListener = (_request, response) => {
  const retry = { 'retry-after': '1' };
  sendRefusal(response, new HttpRefusal(503, 'UNAVAILABLE', 'STARTING', 'The system is starting.', retry));
};

export async function startEmulatedSystem(options: EmulatedOptions): Promise<LocalSystem> {
  const stops: (() => unknown)[] = [];
  try {
    return await startOn(options, stops);
  } catch (error) {
    await closeAll(stops).catch(() => undefined);
    throw error;
  }
}

/** Puts what stops the system in front of `stops`, so that the caller can stop a system that does not start. */
async function startOn(options: EmulatedOptions, stops: (() => unknown)[]): Promise<LocalSystem> {
  const { spannerHost, pubsubHost, project = 'local', tenants = [] } = options;
  const executor = new Executor({ project });
  const workflows = await serve(
    behindPlainTargets(express().use(ownPagesOnly, workflowsApi(executor), answerNoSuchPath)),
  );
  stops.unshift(() => executor.close(), workflows.stop);
  await deployParallelPoll(executor);

  process.env.SPANNER_EMULATOR_HOST = spannerHost;
  await applySchema({ project, instance: 'lro', database: 'lro' });

  // Each function is started with the URLs of the others, so these are URLs of the gateway, which listens before them.
  let gateway = answerStarting;
  const refusal = new Http2Refusal(`This port serves no gRPC. Set PUBSUB_EMULATOR_HOST=${pubsubHost}`);
  const origin = await serve((request, response) => gateway(request, response), options.port, {
    http2: (connection) => refusal.serve(connection),
  });
  stops.unshift(() => refusal.stop(), origin.stop);
  const functions = await startFunctions(options, { origin: origin.url, workflows: workflows.url });
  stops.unshift(...Object.values(functions).map((running) => running.stop));
  const { operations, resume, sweep } = functions;
  const urls = { operations: operations.url, resume: resume.url, sweep: sweep.url };
  const pubsubUrl = `http://${pubsubHost}`;
  gateway = emulatedGateway({ ...urls, pubsub: pubsubUrl, project }, executor, { token: newPageToken() });
  stops.unshift(startScheduler(sweep.url));

  const topology = localTopology(DEFAULT_TOPICS, tenants);
  // The functions-framework reads the topic of a push from the path.
  const pushEndpoint = ({ topic }: SubscriptionSpec) =>
    `${functions['on-lifecycle-event'].url}/projects/${project}/topics/${topic}`;
  await createTopology({ host: pubsubHost, project, topology, pushEndpoint });
  const pubsub = new PubSub({ projectId: project, apiEndpoint: pubsubHost, emulatorMode: true });
  stops.unshift(() => pubsub.close());
  const topic = pubsub.topic('operation-lifecycle', { batching: { maxMilliseconds: 2 } });
  return {
    parts: { store: `Spanner emulator at ${spannerHost}`, bus: `Pub/Sub emulator at ${pubsubHost}` },
    url: origin.url.replace('127.0.0.1', 'localhost'),
    isNew: true,
    pubsubHost,
    operationsUrl: origin.url,
    resumeUrl: `${origin.url}/resume`,
    sweepUrl: sweep.url,
    executor,
    lifecycle: new LifecycleClient((message) => topic.publishMessage(message)),
    async publish(data, attributes = {}) {
      await topic.publishMessage({ data, attributes });
    },
    async follow(followed, onMessage) {
      const following = await followTopic(pubsub, followed, onMessage);
      stops.unshift(following.stop);
      return following;
    },
    stop: () => closeAll(stops.splice(0)),
  };
}

/** Starts the four functions. `urls`: of the whole system, and of the API of Workflows. */
function startFunctions(
  options: EmulatedOptions,
  urls: { readonly origin: string; readonly workflows: string },
) {
  const { spannerHost, pubsubHost, project = 'local', push, logLevel = 'warn', tenants = [] } = options;
  const env = {
    PROJECT_ID: project,
    SPANNER_EMULATOR_HOST: spannerHost,
    PUBSUB_EMULATOR_HOST: pubsubHost,
    WORKFLOW: PARALLEL_POLL,
    WORKFLOWS_ENDPOINT: urls.workflows,
    RESUME_URL: `${urls.origin}/resume`,
    PUSH: push ? 'on' : 'off',
    LOG_LEVEL: logLevel,
    METADATA_SERVER_DETECTION: 'none',
    OPERATIONS_URL: urls.origin,
    REDACT: (options.redact ?? []).join(','),
    TOPIC_PREFIXES: tenants.map(({ topic, prefix }) => `${topic}=${prefix}`).join(','),
    // With the emulators, events may name any port of this machine.
    ALLOWED_HOSTS: (options.allowedHosts ?? []).filter((host) => !host.startsWith('http:')).join(','),
  };
  const log = options.log ?? console.error;
  const start = options.startFunction ?? startFunction;
  return startTogether('function', {
    'on-lifecycle-event': start('on-lifecycle-event', env, log),
    operations: start('operations', env, log),
    resume: start('resume', env, log),
    sweep: start('sweep', env, log),
  });
}

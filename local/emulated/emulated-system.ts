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
import { createTopology } from '../emulators/pubsub.ts';
import { serve } from '../http-server.ts';
import { Http2Refusal } from '../http2-refusal.ts';
import { deployParallelPoll, PARALLEL_POLL } from '../parallel-poll.ts';
import type { LocalSystem, SystemOptions } from '../system.ts';
import { followTopic } from './follow-topic.ts';
import { startFunction } from './function-process.ts';
import { emulatedGateway } from './gateway.ts';

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

/**
 * Replaces Cloud Scheduler, but runs more often, so that a developer does not wait a minute for a lost lease. As with Cloud
 * Scheduler, no run begins before the previous run has ended.
 */
const SWEEP_INTERVAL_MS = 2_000;
const SWEEP_TIMEOUT_MS = 60_000;

const answerStarting: RequestListener = (_request, response) => {
  const retry = { 'retry-after': '1' };
  sendRefusal(response, new HttpRefusal(503, 'UNAVAILABLE', 'STARTING', 'The system is starting.', retry));
};

export async function startEmulatedSystem(options: EmulatedOptions): Promise<LocalSystem> {
  const { spannerHost, pubsubHost, project = 'local', push, logLevel = 'warn', tenants = [] } = options;
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const executor = new Executor({ project });
    const workflows = await serve(
      behindPlainTargets(express().use(ownPagesOnly, workflowsApi(executor), answerNoSuchPath)),
    );
    stops.push(workflows.stop, () => executor.close());
    await deployParallelPoll(executor);

    process.env.SPANNER_EMULATOR_HOST = spannerHost;
    await applySchema({ project, instance: 'lro', database: 'lro' });

    // Each function is started with the URLs of the others, so these are URLs of the gateway, which listens before them.
    let gateway = answerStarting;
    const refusal = new Http2Refusal(`This port serves no gRPC. Set PUBSUB_EMULATOR_HOST=${pubsubHost}`);
    const origin = await serve((request, response) => gateway(request, response), options.port, {
      http2: (connection) => refusal.serve(connection),
    });
    stops.push(origin.stop, async () => refusal.stop());
    const resumeUrl = `${origin.url}/resume`;
    const env = {
      PROJECT_ID: project,
      SPANNER_EMULATOR_HOST: spannerHost,
      PUBSUB_EMULATOR_HOST: pubsubHost,
      WORKFLOW: PARALLEL_POLL,
      WORKFLOWS_ENDPOINT: workflows.url,
      RESUME_URL: resumeUrl,
      PUSH: push ? 'on' : 'off',
      LOG_LEVEL: logLevel,
      METADATA_SERVER_DETECTION: 'none',
      OPERATIONS_URL: origin.url,
      REDACT: (options.redact ?? []).join(','),
      TOPIC_PREFIXES: tenants.map(({ topic, prefix }) => `${topic}=${prefix}`).join(','),
      // With the emulators, events may name any port of this machine.
      ALLOWED_HOSTS: (options.allowedHosts ?? []).filter((host) => !host.startsWith('http:')).join(','),
    };
    const log = options.log ?? console.error;
    const start = options.startFunction ?? startFunction;
    const functions = await Promise.all([
      start('on-lifecycle-event', env, log),
      start('operations', env, log),
      start('resume', env, log),
      start('sweep', env, log),
    ]);
    stops.push(...functions.map((running) => running.stop));
    const [onLifecycleEvent, operations, resume, sweep] = functions;
    const urls = { operations: operations.url, resume: resume.url, sweep: sweep.url };
    gateway = emulatedGateway({ ...urls, pubsub: `http://${pubsubHost}`, project }, executor, {
      token: newPageToken(),
    });

    let isSweeping = false;
    const scheduler = setInterval(() => {
      if (isSweeping) return;
      isSweeping = true;
      fetch(sweep.url, { method: 'POST', signal: AbortSignal.timeout(SWEEP_TIMEOUT_MS) })
        .then((answer) => answer.text())
        .catch(() => undefined)
        .finally(() => {
          isSweeping = false;
        });
    }, SWEEP_INTERVAL_MS).unref();
    stops.push(async () => clearInterval(scheduler));

    const topology = localTopology(DEFAULT_TOPICS, tenants);
    // The functions-framework reads the topic of a push from the path.
    const pushEndpoint = ({ topic }: SubscriptionSpec) =>
      `${onLifecycleEvent.url}/projects/${project}/topics/${topic}`;
    await createTopology({ host: pubsubHost, project, topology, pushEndpoint });
    const pubsub = new PubSub({ projectId: project, apiEndpoint: pubsubHost, emulatorMode: true });
    stops.push(() => pubsub.close());
    const topic = pubsub.topic('operation-lifecycle', { batching: { maxMilliseconds: 2 } });
    return {
      parts: { store: `Spanner emulator at ${spannerHost}`, bus: `Pub/Sub emulator at ${pubsubHost}` },
      url: origin.url.replace('127.0.0.1', 'localhost'),
      isNew: true,
      pubsubHost,
      operationsUrl: origin.url,
      resumeUrl,
      sweepUrl: sweep.url,
      executor,
      lifecycle: new LifecycleClient((message) => topic.publishMessage(message)),
      async publish(data, attributes = {}) {
        await topic.publishMessage({ data, attributes });
      },
      async follow(followed, onMessage) {
        const following = await followTopic(pubsub, followed, onMessage);
        stops.push(following.stop);
        return following;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Calls of other services, at the moment of the call: which hosts are called, and for how long. */
import { describe, expect, it } from 'vitest';
import { CALL_LIMIT_MS, withinLimit } from '../../shared/http/call-limit.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import type { ResumeSignal } from '../../shared/orchestrator/ports/publisher.ts';
import { workflowArguments } from '../../shared/workflows/arguments.ts';
import { workflowLauncher } from '../../shared/workflows/launcher.ts';
import { httpResumeCaller } from '../../shared/workflows/resume-caller.ts';
import { serve } from '../operations-api/api-under-test.ts';

const SIGNAL: ResumeSignal = {
  ...{ kind: 'RESUME', operation: 'operations/p', method: 'm', eventId: 'e', waitId: 'w', cause: 'CHILDREN' },
  ...{ resumePoint: '', checkpoint: new Uint8Array(), attempt: 2, tries: 1, labels: {}, notifications: [] },
  children: { counts: {}, first: [], truncated: false },
};

const external = (name: string, endpoint: string, audience = endpoint) => ({ name, endpoint, audience });

const WAIT: OpenWait = {
  ...{ operation: 'operations/p', waitId: 'w', policy: { kind: 'ALL_DONE' }, childCount: 3 },
  ...{ startTime: 0, deadline: 60_000, pollFrequency: 1_000 },
  externals: [
    external('a', 'https://listed.example.com'),
    external('b', 'https://former.example.com'),
    external('c', 'https://listed.example.com', 'https://former.example.com'),
  ],
};

const TARGET = {
  resumeUrl: 'https://resume.example.com',
  resumeAudience: 'https://resume.example.com',
  push: true,
};

describe('a launch', () => {
  it('leaves out the hosts and audiences that were taken off the list', () => {
    const before = new AllowedHosts(['listed.example.com', 'former.example.com'], {
      audiences: new Map([['listed.example.com', 'https://former.example.com']]),
    });
    expect(workflowArguments(WAIT, 'm', { ...TARGET, hosts: before }).operations).toHaveLength(3);
    const after = new AllowedHosts(['listed.example.com']);
    expect(workflowArguments(WAIT, 'm', { ...TARGET, hosts: after }).operations).toMatchObject([
      {
        name: 'a',
        endpoint: 'https://listed.example.com',
        key: 'https://listed.example.com/a',
        auth: 'OIDC',
      },
    ]);
  });

  it('is given up when the Workflow Executions API accepts it and is silent', async () => {
    const silent = await silentServer();
    const launcher = workflowLauncher({
      ...{ project: 'p', location: 'l', workflow: 'w', workflowsEndpoint: silent.url, limitMs: 200 },
      ...{ ...TARGET, hosts: new AllowedHosts([]) },
    });
    await expect(launcher.launch({ ...WAIT, externals: [] }, 'm')).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await expect(launcher.stop('projects/p/locations/l/workflows/w/executions/e')).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await silent.stop();
    await launcher.close();
  });
});

describe("a call of a worker's resumeMethod", () => {
  it('to a host that is no longer allowed is refused as a lack of permission', async () => {
    const caller = httpResumeCaller({ hosts: new AllowedHosts(['other.example.com']) });
    await expect(caller.call('https://former.example.com/go', SIGNAL)).rejects.toMatchObject({
      kind: 'permission',
    });
  });

  it('carries a token for the origin, or for the audience that the deployment binds the host to', async () => {
    const asked: string[] = [];
    const authorize = async (audience: string) => {
      asked.push(audience);
      throw new Error('no token here');
    };
    const hosts = new AllowedHosts(['a.example.com', 'b.example.com'], {
      audiences: new Map([['b.example.com', 'custom']]),
    });
    const caller = httpResumeCaller({ hosts, authorize, limitMs: 50 });
    for (const host of ['a', 'b']) {
      await expect(caller.call(`https://${host}.example.com/go/on`, SIGNAL)).rejects.toThrow();
    }
    expect(new Set(asked)).toEqual(new Set(['https://a.example.com', 'custom']));
  });

  it('is given up when the host accepts it and is silent', async () => {
    const silent = await silentServer();
    const caller = httpResumeCaller({ hosts: new AllowedHosts([], { loopback: true }), limitMs: 200 });
    await expect(caller.call(`${silent.url}/go`, SIGNAL)).rejects.toMatchObject({ kind: 'unavailable' });
    await silent.stop();
  });

  it('is given up when the token does not come', async () => {
    const authorize = () => new Promise<never>(() => {});
    const caller = httpResumeCaller({ hosts: new AllowedHosts(['a.example.com']), authorize, limitMs: 50 });
    await expect(caller.call('https://a.example.com/go', SIGNAL)).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('the limit of a call', () => {
  it('is ten seconds, its retries included', () => {
    expect(CALL_LIMIT_MS).toBe(10_000);
  });

  it('ends a call that never settles, and tells it to stop', async () => {
    let stopped: AbortSignal | undefined;
    const never = (signal: AbortSignal) => {
      stopped = signal;
      return new Promise<never>(() => {});
    };
    await expect(withinLimit('it', never, 20)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(stopped?.aborted).toBe(true);
  });

  it('passes on what the call gives or throws', async () => {
    expect(await withinLimit('it', async () => 5)).toBe(5);
    await expect(withinLimit('it', async () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});

/** Accepts calls, and never answers. */
async function silentServer() {
  const { port, stop } = await serve(() => {});
  return { url: `http://127.0.0.1:${port}`, stop };
}

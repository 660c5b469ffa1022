import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiError, messageOf } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import { bytes, count, counted } from '../text/number.ts';
import { ago, duration, roughDuration } from '../text/time.ts';
import { DeadLetters } from './dead-letters.tsx';
import type { System } from './system.ts';

const REFRESH_MS = 2_000;
/** Work that waits longer than this is highlighted. */
const OLD_MS = 60_000;

/** Shows whether the system itself keeps up: backlogs, `sweep`, executions, cost, dead letters. */
export function SystemPage() {
  const { client, connection } = useConsole();
  const system = useSignal<System | undefined>(undefined);
  const error = useSignal('');
  useEffect(() => {
    const stop = new AbortController();
    const read = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        system.value = await client.get<System>('/console-api/system', {}, stop.signal);
        connection.value = { kind: 'LIVE' };
        error.value = '';
      } catch (cause) {
        if (stop.signal.aborted) return;
        const missing = cause instanceof ApiError && cause.httpStatus === 404;
        error.value = missing
          ? 'This deployment does not tell about itself here. Cloud Monitoring has its backlogs, and Billing its cost.'
          : messageOf(cause);
        if (!missing)
          connection.value = { kind: 'LOST', reason: error.value, retryTime: Date.now() + REFRESH_MS };
      }
    };
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [client, connection, system, error]);
  return (
    <main class="system-page">
      <h1>System</h1>
      {error.value && (
        <p class="banner failed" role="alert">
          {error.value}
        </p>
      )}
      {system.value && <SystemState system={system.value} />}
      <DeadLetters
        count={system.value?.backlogs.find(({ name }) => name.includes('dead-letter'))?.count ?? 0}
      />
      {system.value && <CostAndParts system={system.value} />}
    </main>
  );
}

function SystemState({ system }: { system: System }) {
  const { now } = useConsole();
  const { backlogs, lastSweep, executions, cost, usage } = system;
  const total = cost.services.reduce((sum, { dollars }) => sum + dollars, 0);
  return (
    <>
      <div class="cards">
        <Card title="Last sweep">
          {lastSweep ? (
            <>
              <p class={lastSweep.error || lastSweep.failed > 0 ? 'figure bad' : 'figure'}>
                {ago(lastSweep.time, now.value)}
              </p>
              <p class="soft">
                {lastSweep.error ??
                  `delivered ${count(lastSweep.delivered)}, ended ${counted(lastSweep.resumed, 'wait')}, ${count(lastSweep.failed)} to try again; ${duration(lastSweep.durationMs)}`}
              </p>
            </>
          ) : (
            <>
              <p class="figure">none yet</p>
              <p class="soft">runs every {roughDuration(system.sweepIntervalMs)}</p>
            </>
          )}
        </Card>
        <Card title="Workflow executions">
          <p class="figure">{count(executions.active)}</p>
          <p class="soft">of {count(executions.quota)} that may run at once</p>
          <meter
            min={0}
            max={executions.quota}
            high={executions.quota * 0.8}
            value={executions.active}
            aria-label="Share of the quota"
          />
        </Card>
        <Card title="Up">
          <p class="figure">{roughDuration(now.value - Date.parse(system.startTime))}</p>
          <p class="soft">{bytes(system.memoryBytes)} of memory</p>
        </Card>
        <Card title="Cost at list prices">
          <p class="figure">${total.toFixed(total < 1 ? 4 : 2)}</p>
          <p class="soft">
            if the last{' '}
            {usage.hours < 1 ? roughDuration(usage.hours * 3_600_000) : `${Math.round(usage.hours)} h`} had
            been on Google Cloud
          </p>
        </Card>
      </div>
      <section aria-labelledby="backlogs">
        <div class="section-head">
          <h2 id="backlogs">Backlogs</h2>
        </div>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col">Holds</th>
              <th scope="col" class="number">
                Count
              </th>
              <th scope="col">Oldest</th>
            </tr>
          </thead>
          <tbody>
            {backlogs.map(({ name, what, count: number, more, oldestTime, isOptional }) => (
              <tr key={name}>
                <td class="mono">{name}</td>
                <td>{what}</td>
                <td class="number">
                  <strong>
                    {count(number)}
                    {more && '+'}
                  </strong>
                </td>
                <td
                  class={
                    oldestTime && !isOptional && now.value - Date.parse(oldestTime) > OLD_MS ? 'old' : ''
                  }
                >
                  {oldestTime ? ago(oldestTime, now.value) : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function CostAndParts({ system: { cost, parts } }: { system: System }) {
  return (
    <>
      <section aria-labelledby="cost">
        <div class="section-head">
          <h2 id="cost">Cost by service</h2>
          <span class="soft">
            list prices of {cost.asOf}, without free tiers, traffic and logs; an estimate
          </span>
        </div>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Counted from</th>
              <th scope="col" class="number">
                US dollars
              </th>
            </tr>
          </thead>
          <tbody>
            {cost.services.map(({ service, basis, dollars }) => (
              <tr key={service}>
                <td>{service}</td>
                <td>{basis}</td>
                <td class="number">{dollars.toFixed(4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section aria-labelledby="parts">
        <div class="section-head">
          <h2 id="parts">What it runs on</h2>
        </div>
        <dl class="facts">
          {Object.entries(parts).map(([name, where]) => (
            <div key={name} class="fact">
              <dt>{name}</dt>
              <dd>{where}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

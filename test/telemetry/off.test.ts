/** With telemetry off, nothing of OpenTelemetry is loaded; a standard variable of it is enough to have it on. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { configuredTelemetry, targetOf } from '../../shared/telemetry/configured-telemetry.ts';
import { NO_TELEMETRY } from '../../shared/telemetry/telemetry.ts';
import { runProgram } from '../setup/run-program.ts';

const DEFAULTS = { serviceName: 'test' };

/** A fan-out with a worker, in a process of its own; the files of OpenTelemetry that it loaded. */
async function loadedWith(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    runProgram('test/telemetry/loaded-modules.ts'),
    {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[];
}

describe('telemetry', () => {
  it('that nothing configures loads nothing', async () => {
    expect(await loadedWith({})).toEqual([]);
  });

  it('that is switched off loads nothing, whatever else is configured', async () => {
    const given = { TELEMETRY: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await loadedWith(given)).toEqual([]);
  });

  it('is sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names', async () => {
    const paths = new Set<string>();
    const collector = createServer((request, response) => {
      paths.add(request.url ?? '');
      request.resume().on('end', () => response.writeHead(200).end());
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as { port: number };
    try {
      const loaded = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
      expect(loaded.length).toBeGreaterThan(10);
      expect([...paths].sort()).toEqual(['/v1/metrics', '/v1/traces']);
    } finally {
      collector.close();
    }
  });

  it.each([
    [{}, 'off'],
    [{ TELEMETRY: 'off', OTEL_TRACES_EXPORTER: 'otlp' }, 'off'],
    [{ OTEL_SDK_DISABLED: 'true', TELEMETRY: 'google' }, 'off'],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }, 'off'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'variables'],
    [{ TELEMETRY: 'google' }, 'google'],
    [{ TELEMETRY: 'http://127.0.0.1:4318' }, 'collector'],
  ])('of %j is %s', (environment, kind) => {
    expect(targetOf(environment as Record<string, string>).kind).toBe(kind);
  });

  it('refuses a setting that says nothing, by its name', async () => {
    await expect(configuredTelemetry({ TELEMETRY: 'yes' }, DEFAULTS)).rejects.toThrow(
      /^TELEMETRY must be off, google/,
    );
    const grpc = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    await expect(configuredTelemetry(grpc, DEFAULTS)).rejects.toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL/);
    const zipkin = { OTEL_TRACES_EXPORTER: 'zipkin' };
    await expect(configuredTelemetry(zipkin, DEFAULTS)).rejects.toThrow(/OTEL_TRACES_EXPORTER/);
  });

  it('that is off passes on what the work within a span resolves to, and rejects with', async () => {
    expect(await NO_TELEMETRY.span('s', {}, async ({ traceparent }) => traceparent ?? 'none')).toBe('none');
    await expect(NO_TELEMETRY.span('s', {}, () => Promise.reject(new Error('as it is')))).rejects.toThrow(
      'as it is',
    );
  });
});

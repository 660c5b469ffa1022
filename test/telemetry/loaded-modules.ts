/** Runs a fan-out with a worker, as the environment configures telemetry, and prints the files of OpenTelemetry that are loaded. */
import { createRequire } from 'node:module';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { createOperations } from '../../shared/client/index.ts';
import { configuredTelemetry } from '../../shared/telemetry/configured-telemetry.ts';
import { operation, serve } from '../../shared/worker/index.ts';
import { page, report } from '../worker/served-operations.ts';

const telemetry = await configuredTelemetry(process.env, { serviceName: 'test' });
const system = await startEmbeddedSystem({ push: true, telemetry });
const serving = await serve(
  [
    operation(page).steps({ start: (op) => ({ url: op.input.page }) }),
    operation(report).steps({
      start: (op) =>
        op.spawn(
          op.input.pages.map((one) => page({ page: one })),
          { then: 'collect' },
        ),
      collect: () => ({ urls: [] }),
    }),
  ],
  { url: system.url, handleSignals: false },
);
const handle = await createOperations({ url: system.url }).create(report, { pages: ['a', 'b'] });
await handle.result({ timeout: '30s' });
await serving.stop();
await system.stop();

const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) =>
  file.includes('@opentelemetry'),
);
console.log(JSON.stringify(loaded));

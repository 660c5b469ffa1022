import { typeError, valueError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { isMap, typeName, type Value } from '../values/value.ts';
import { numberArgument, optionalText, textArgument } from './arguments.ts';
import { type BlockingHost, blocking, type LibraryFunction, pure } from './function.ts';
import { parseTime } from './time.ts';

const SEVERITIES: readonly string[] = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
];

/** The module `sys`. */
export const sysFunctions: readonly LibraryFunction[] = [
  pure('sys.now', [], (_, host) => host.now() / 1000),
  pure('sys.get_env', ['name', 'default?'], ([name, fallback], host) => {
    // Unset without default gives null: the page names no error but TypeError.
    return host.environment(textArgument('name', name)) ?? optionalText('default', fallback) ?? null;
  }),
  blocking('sys.sleep', ['seconds'], async ([seconds], host) => {
    const ms = Number(numberArgument('seconds', seconds)) * 1000;
    checkSleep(ms);
    // Where an earlier process began the sleep, the rest of it is left.
    await sleep(Math.max(0, host.callBegunAt + ms - host.clock.now()), host);
    return null;
  }),
  blocking('sys.sleep_until', ['time'], async ([time], host) => {
    await sleep(Math.max(0, parseTime(textArgument('time', time)) * 1000 - host.clock.now()), host);
    return null;
  }),
  blocking('sys.log', ['data?', 'severity?', 'text?', 'json?', 'timeout?'], async (args, host) => {
    const [data = null, severity = null, text = null, json = null] = args;
    log(data, optionalText('severity', severity) ?? 'DEFAULT', text, json, host);
    return null;
  }),
];

function checkSleep(ms: number): void {
  if (ms >= 0 && ms <= LIMITS.sleepMs) return;
  throw valueError(`cannot sleep for ${ms / 1000} seconds: expected 0 to ${LIMITS.sleepMs / 1000}`);
}

async function sleep(ms: number, host: BlockingHost): Promise<void> {
  checkSleep(ms);
  await host.idle(() => host.clock.sleep(ms, host.signal));
}

function log(data: Value, severity: string, text: Value, json: Value, host: BlockingHost): void {
  const given = [data, text, json].filter((value) => value !== null);
  const [payload] = given;
  if (payload === undefined || given.length > 1) {
    throw typeError(`sys.log takes one of data, text and json; got ${given.length}`);
  }
  if (json !== null && !isMap(json)) throw typeError(`argument 'json' must be a map; got: ${typeName(json)}`);
  if (!SEVERITIES.includes(severity)) {
    throw valueError(`unknown severity '${severity}': expected one of ${SEVERITIES.join(', ')}`);
  }
  // Maps are logged as JSON unless `text` asks otherwise, all else as text.
  host.log({ severity, data: isMap(payload) && text === null ? payload : logText(payload) });
}

function logText(payload: Value): string {
  return typeof payload === 'string' ? payload : encodeJson(payload);
}

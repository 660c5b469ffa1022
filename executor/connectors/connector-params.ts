import { typeError, valueError } from '../errors/raised.ts';
import { didYouMean } from '../source/suggestion.ts';
import { isList, isMap, isNumeric, typeName, type Value, type ValueMap } from '../values/value.ts';

const FIELDS = ['timeout', 'polling_policy', 'skip_polling', 'scopes'];
const POLICY_FIELDS = ['initial_delay', 'multiplier', 'max_delay'];
const DEFAULT_TIMEOUT_SECONDS = 1800;
const MAX_TIMEOUT_SECONDS = 365 * 24 * 3600;

/** `connector_params` of a call, with the defaults of "Connectors reference, invoke a connector call". */
export class ConnectorParams {
  /** The timeout of the whole call, including the wait for the operation. */
  readonly timeoutMs: number;
  readonly skipPolling: boolean;
  readonly initialDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
  readonly scopes: readonly string[];

  private constructor(params: ValueMap, policy: ValueMap) {
    this.timeoutMs = 1000 * seconds('timeout', params, DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS);
    const skip = params.get('skip_polling') ?? false;
    if (typeof skip !== 'boolean') throw typeError(`skip_polling must be a boolean; got: ${typeName(skip)}`);
    this.skipPolling = skip;
    this.initialDelayMs = 1000 * seconds('initial_delay', policy, 1, MAX_TIMEOUT_SECONDS);
    this.multiplier = seconds('multiplier', policy, 1.25, Number.MAX_VALUE);
    this.maxDelayMs = 1000 * seconds('max_delay', policy, 60, MAX_TIMEOUT_SECONDS);
    const scopes = params.get('scopes') ?? null;
    this.scopes = scopes === null ? [] : isList(scopes) ? scopes.map(String) : [String(scopes)];
  }

  /** @throws TypeError, ValueError for fields that are unknown or malformed */
  static read(value: Value): ConnectorParams {
    const params = mapOf('connector_params', value, FIELDS);
    return new ConnectorParams(
      params,
      mapOf('polling_policy', params.get('polling_policy') ?? null, POLICY_FIELDS),
    );
  }
}

function mapOf(name: string, value: Value, fields: readonly string[]): ValueMap {
  if (value === null) return new Map();
  if (!isMap(value)) throw typeError(`${name} must be a map; got: ${typeName(value)}`);
  for (const key of value.keys()) {
    if (fields.includes(key)) continue;
    throw valueError(
      `unknown field '${key}' in ${name}${didYouMean(key, fields) || `: expected ${fields.join(', ')}`}`,
    );
  }
  return value;
}

function seconds(name: string, map: ValueMap, fallback: number, atMost: number): number {
  const value = map.get(name) ?? null;
  if (value === null) return fallback;
  if (!isNumeric(value)) throw typeError(`${name} must be a number; got: ${typeName(value)}`);
  const number = Number(value);
  if (!(number > 0) || number > atMost)
    throw valueError(`${name} must be above 0 and at most ${atMost}; got: ${value}`);
  return number;
}

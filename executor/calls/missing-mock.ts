import { encodeJson } from '../values/json-encoder.ts';
import { isMap, type Value } from '../values/value.ts';
import type { Mock } from './mock.ts';
import type { OutgoingCall } from './outgoing-call.ts';

/** Longer arguments are left out of the suggested mock. */
const SHOWN_LENGTH = 200;

/** Returns the error of a refused call, with a mock that the user can copy into the list of mocks. */
export function missingMock(call: OutgoingCall, ofSameCall: readonly Mock[] = [], otherwise = ''): string {
  const found =
    ofSameCall.length === 0
      ? `no mock answers ${call.call}`
      : `none of the ${ofSameCall.length} mocks of ${call.call} answers this call: ${whyNone(ofSameCall)}`;
  return `${found}. Add to the mocks:\n${pasteable(call)}${otherwise}`;
}

/** Returns a mock of the call in YAML, with a placeholder for the result. */
export function pasteable({ call, args }: OutgoingCall): string {
  const lines = [`- call: ${call}`];
  const shown = [...args].filter(([key]) => key !== 'auth' && key !== 'connector_params');
  if (shown.length > 0) lines.push('  args:');
  for (const [key, value] of shown) {
    const text = yamlText(value);
    if (text.length <= SHOWN_LENGTH) lines.push(`    ${yamlText(key)}: ${text}`);
  }
  lines.push(call.startsWith('http.') ? '  result: {code: 200, headers: {}, body: {}}' : '  result: {}');
  return lines.join('\n');
}

function whyNone(mocks: readonly Mock[]): string {
  const usedUp = mocks.every(({ times }) => times !== undefined);
  return usedUp
    ? 'their arguments are others, or each has answered as often as its times say'
    : 'their arguments are others';
}

/** Writes JSON, which is also YAML. A plain word needs no quotes. */
function yamlText(value: Value): string {
  if (typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(value) && !/^(true|false|null)$/i.test(value)) {
    return value;
  }
  try {
    return encodeJson(isMap(value) ? new Map([...value].filter(([key]) => key !== 'auth')) : value);
  } catch {
    return 'null';
  }
}

/**
 * JSON as a tree that opens part by part.
 *
 * Invariant: however large the JSON, only what is open is drawn, of each part its first entries, and of each text its
 * beginning. All of it is text to the browser, whatever it contains; `bdi` keeps right-to-left text from moving its
 * surroundings.
 */
import { useSignal } from '@preact/signals';
import type { Json } from '../api/operation.ts';
import { bytes, count } from '../text/number.ts';
import { Icon } from './icons.tsx';

const ENTRIES = 50;
const TEXT = 400;
const OPEN_ENTRIES = 12;
const MAX_DEPTH_OPEN = 3;

export function JsonView({ title, json, file }: { title: string; json: Json; file: string }) {
  return (
    <div class="json">
      <div class="json-head">
        <h3>{title}</h3>
        <span class="soft">{bytes(JSON.stringify(json).length)}</span>
        <span class="spring" />
        <button
          type="button"
          class="quiet"
          aria-label={`Download ${title}`}
          onClick={() => download(json, file)}
        >
          <Icon name="download" /> Download
        </button>
      </div>
      <div class="json-body" tabIndex={0} role="region" aria-label={`${title} as JSON`}>
        <Node json={json} depth={0} />
      </div>
    </div>
  );
}

function Node({ name, json, depth }: { name?: string; json: Json; depth: number }) {
  if (typeof json !== 'object' || json === null) {
    return (
      <div class="json-line">
        <Key name={name} />
        <Scalar json={json} />
      </div>
    );
  }
  return <Branch name={name} json={json} depth={depth} />;
}

function Branch({ name, json, depth }: { name?: string; json: object; depth: number }) {
  const entries = Object.entries(json) as [string, Json][];
  const open = useSignal(depth < MAX_DEPTH_OPEN && (depth === 0 || entries.length <= OPEN_ENTRIES));
  const shown = useSignal(ENTRIES);
  const [left, right] = Array.isArray(json) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div class="json-line">
        <Key name={name} />
        <span class="soft">
          {left}
          {right}
        </span>
      </div>
    );
  }
  return (
    <div class="json-branch">
      <button
        type="button"
        class="json-toggle"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name={open.value ? 'down' : 'right'} />
        <Key name={name} />
        <span class="soft">
          {left}
          {!open.value && ` ${count(entries.length)} ${right}`}
        </span>
      </button>
      {open.value && (
        <>
          <div class="json-entries">
            {entries.slice(0, shown.value).map(([key, value]) => (
              <Node key={key} name={Array.isArray(json) ? undefined : key} json={value} depth={depth + 1} />
            ))}
            {entries.length > shown.value && (
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  shown.value += ENTRIES * 4;
                }}
              >
                {count(entries.length - shown.value)} more · show
              </button>
            )}
          </div>
          <div class="json-line soft">{right}</div>
        </>
      )}
    </div>
  );
}

function Key({ name }: { name: string | undefined }) {
  if (name === undefined) return null;
  return (
    <span class="json-key">
      <bdi>{name.slice(0, TEXT)}</bdi>:{' '}
    </span>
  );
}

function Scalar({ json }: { json: null | boolean | number | string }) {
  const whole = useSignal(false);
  if (typeof json !== 'string')
    return <span class={`json-${json === null ? 'null' : typeof json}`}>{String(json)}</span>;
  const cut = json.length > TEXT && !whole.value;
  return (
    <span class="json-string">
      "<bdi>{cut ? json.slice(0, TEXT) : json.slice(0, TEXT * 250)}</bdi>
      {cut ? '…' : '"'}
      {cut && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            whole.value = true;
          }}
        >
          {count(json.length)} characters · show
        </button>
      )}
    </span>
  );
}

function download(json: Json, file: string): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(json, undefined, 2)], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { operationOfEvent } from '../../../shared/client/event-operation.ts';
import { messageOf } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import { NameLink } from '../parts/name-link.tsx';
import { counted } from '../text/number.ts';
import { ago } from '../text/time.ts';
import type { DeadLetter } from './system.ts';

/** Shows events that could not be applied, each with the reason. The user can correct and publish them again, or delete them. */
export function DeadLetters({ count }: { count: number }) {
  const { client } = useConsole();
  const letters = useSignal<readonly DeadLetter[] | undefined>(undefined);
  const error = useSignal('');
  const read = async () => {
    try {
      const { deadLetters } = await client.get<{ deadLetters: readonly DeadLetter[] }>(
        '/console-api/dead-letters',
      );
      letters.value = [...deadLetters].sort((one, other) => (one.publishTime < other.publishTime ? 1 : -1));
      error.value = '';
    } catch (cause) {
      error.value = messageOf(cause);
    }
  };
  // Reading dead letters withholds them from other subscribers for a moment, so they are read only when their number changes.
  useEffect(() => void read(), [count]);
  const shown = letters.value ?? [];
  return (
    <section aria-labelledby="dead-letters">
      <div class="section-head">
        <h2 id="dead-letters">Dead letters</h2>
        <span class="soft">
          {letters.value && `${counted(shown.length, 'event')} that could not be applied`}
        </span>
        <span class="spring" />
        <button type="button" class="quiet" onClick={() => void read()}>
          Read again
        </button>
      </div>
      {error.value && <p class="soft">{error.value}</p>}
      {letters.value && shown.length === 0 && <p class="soft">There is none.</p>}
      {shown.map((letter) => (
        <Letter key={letter.id} letter={letter} onDone={() => void read()} />
      ))}
    </section>
  );
}

function Letter({ letter, onDone }: { letter: DeadLetter; onDone: () => void }) {
  const { client, config, notify, now } = useConsole();
  const { id, reason, field, publishTime, encoding, truncated } = letter;
  const text = useSignal(pretty(letter.data));
  const busy = useSignal(false);
  const error = useSignal('');
  const problem = encoding === 'TEXT' ? jsonProblem(text.value) : '';
  const name = operationOfEvent(letter.data);
  const path = `/console-api/dead-letters/${encodeURIComponent(id)}`;
  const act = async (done: string, run: () => Promise<unknown>) => {
    if (busy.value) return;
    busy.value = true;
    try {
      await run();
      notify({ kind: 'done', text: done });
      onDone();
    } catch (cause) {
      error.value = messageOf(cause);
    } finally {
      busy.value = false;
    }
  };
  return (
    <details class="letter">
      <summary>
        <span class="reason">
          {field && <code>{field}</code>} <bdi>{field ? reason.replace(`${field}: `, '') : reason}</bdi>
        </span>
        <span class="soft">{ago(publishTime, now.value)}</span>
      </summary>
      {name && (
        <p>
          Of <NameLink name={name} />
        </p>
      )}
      <label class="field">
        The event{encoding === 'BASE64' && ' (binary, in base64)'}
        <textarea
          rows={Math.min(16, text.value.split('\n').length + 1)}
          spellcheck={false}
          value={text.value}
          readOnly={truncated}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      {problem && <p class="filter-error">{problem}</p>}
      {truncated && (
        <p class="soft">It is too long to be corrected here: publish it again from where it came from.</p>
      )}
      {error.value && (
        <p class="banner failed" role="alert">
          {error.value}
        </p>
      )}
      {config.token !== undefined && (
        <div class="acts">
          <button
            type="button"
            class="primary"
            // A disabled button would lose the focus.
            aria-disabled={busy.value}
            disabled={truncated || problem !== ''}
            title="Publishes the event as it stands here to the lifecycle topic, and takes it from the dead letters"
            onClick={() =>
              void act('The event is published again.', () =>
                client.act('POST', `${path}/publish`, { data: text.value, encoding }),
              )
            }
          >
            Publish again
          </button>
          <button
            type="button"
            class="danger"
            aria-disabled={busy.value}
            title="Takes it from the dead letters. The event is lost."
            onClick={() => void act('The dead letter is thrown away.', () => client.act('DELETE', path))}
          >
            Throw away
          </button>
        </div>
      )}
    </details>
  );
}

function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), undefined, 2);
  } catch {
    return data;
  }
}

function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

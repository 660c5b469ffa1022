import { useSignal } from '@preact/signals';
import { idOf, type Json } from '../api/operation.ts';
import { pathOf } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { ActDialog } from './act-dialog.tsx';
import type { ActDialogProps } from './act-dialog-props.ts';

export function NotifyDialog({ inspection, onClose, onDone }: ActDialogProps) {
  const { client, notify } = useConsole();
  const { name, waits } = inspection;
  const wanted = waits.find(({ open }) => open)?.notifications ?? [];
  const notification = useSignal(typeof wanted[0] === 'string' ? wanted[0] : '');
  const payload = useSignal('{}');
  const parsed = jsonOrProblem(payload.value);
  const send = async (requestId: string) => {
    if ('problem' in parsed) return;
    await client.act('POST', `${pathOf(name)}:notify`, {
      name: notification.value.trim(),
      payload: { '@type': 'type.googleapis.com/google.protobuf.Value', value: parsed.json },
      requestId,
    });
    notify({ kind: 'done', text: `${idOf(name)} has been told ${notification.value.trim()}.` });
    onDone();
  };
  return (
    <ActDialog
      title={`Notify ${idOf(name)}`}
      verb="Send the notification"
      disabled={'problem' in parsed || notification.value.trim() === ''}
      onAct={send}
      onClose={onClose}
      effect={
        <p>
          The notification is kept until a wait of the operation takes it, and ends a wait that is waiting for
          it.
          {wanted.length > 0 && ` It waits for: ${wanted.join(', ')}.`}
        </p>
      }
    >
      <label class="field">
        Name
        <input
          type="text"
          spellcheck={false}
          required
          value={notification.value}
          onInput={(event) => {
            notification.value = event.currentTarget.value;
          }}
        />
      </label>
      <label class="field">
        Payload (JSON)
        <textarea
          rows={5}
          spellcheck={false}
          value={payload.value}
          aria-invalid={'problem' in parsed}
          aria-describedby="payload-problem"
          onInput={(event) => {
            payload.value = event.currentTarget.value;
          }}
        />
      </label>
      <p id="payload-problem" class="filter-error">
        {'problem' in parsed ? parsed.problem : ''}
      </p>
    </ActDialog>
  );
}

function jsonOrProblem(text: string): { readonly json: Json } | { readonly problem: string } {
  try {
    return { json: JSON.parse(text) as Json };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'is no JSON' };
  }
}

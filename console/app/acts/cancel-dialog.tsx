import { idOf } from '../api/operation.ts';
import { pathOf } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { counted } from '../text/number.ts';
import { ActDialog } from './act-dialog.tsx';
import type { ActDialogProps } from './act-dialog-props.ts';

export function CancelDialog({ inspection, onClose, onDone }: ActDialogProps) {
  const { client, notify } = useConsole();
  const { name, state, waits } = inspection;
  const pending = waits.find(({ open }) => open)?.children.counts.PENDING ?? 0;
  const cancel = async () => {
    await client.act('POST', `${pathOf(name)}:cancel`, {});
    notify({ kind: 'done', text: `${idOf(name)} has been asked to stop.` });
    onDone();
  };
  return (
    <ActDialog
      title={`Cancel ${idOf(name)}?`}
      verb="Cancel the operation"
      onAct={cancel}
      onClose={onClose}
      effect={
        <ul>
          <li>Its worker gets a CANCEL signal. Whether, and when, it stops is up to the worker.</li>
          {state === 'WAITING' && <li>Its open wait ends now, and it is resumed with the cause CANCEL.</li>}
          {pending > 0 && (
            <li>{counted(pending, 'child', 'children')} that still run are asked to stop as well.</li>
          )}
          <li>What it has done is not undone. Asking twice changes nothing.</li>
        </ul>
      }
    />
  );
}

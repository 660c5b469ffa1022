import { useSignal } from '@preact/signals';
import { type Inspection, idOf } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import type { ActDialogProps } from './act-dialog-props.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { NotifyDialog } from './notify-dialog.tsx';
import { RerunDialog } from './rerun-dialog.tsx';

type Act = 'cancel' | 'rerun' | 'notify' | 'delete';

/** The actions that are possible for the operation now. Each action opens a dialog that says what it will do. */
export function OperationActs({ inspection, onDone }: { inspection: Inspection; onDone: () => void }) {
  const { config } = useConsole();
  const act = useSignal<Act | undefined>(undefined);
  if (config.token === undefined) {
    return <span class="soft">{config.readOnlyReason ?? 'Read-only'}</span>;
  }
  const done = inspection.completeTime !== undefined;
  const open = (next: Act) => () => {
    act.value = next;
  };
  const close = () => {
    act.value = undefined;
  };
  const props: ActDialogProps = { inspection, onClose: close, onDone };
  return (
    <div class="acts" role="group" aria-label={`Acts on ${idOf(inspection.name)}`}>
      {!done && (
        <>
          <button type="button" onClick={open('cancel')}>
            Cancel…
          </button>
          <button type="button" onClick={open('notify')}>
            Notify…
          </button>
        </>
      )}
      {done && (
        <button type="button" onClick={open('rerun')}>
          Rerun…
        </button>
      )}
      <button type="button" class="danger" onClick={open('delete')}>
        Delete…
      </button>
      {act.value === 'cancel' && <CancelDialog {...props} />}
      {act.value === 'rerun' && <RerunDialog {...props} />}
      {act.value === 'notify' && <NotifyDialog {...props} />}
      {act.value === 'delete' && <DeleteDialog {...props} />}
    </div>
  );
}

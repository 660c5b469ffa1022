import { idOf } from '../api/operation.ts';
import { pathOf } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { ActDialog } from './act-dialog.tsx';
import type { ActDialogProps } from './act-dialog-props.ts';

export function DeleteDialog({ inspection, onClose }: ActDialogProps) {
  const { client, notify, router } = useConsole();
  const { name, completeTime, parent } = inspection;
  const remove = async () => {
    await client.act('DELETE', pathOf(name));
    notify({ kind: 'done', text: `${idOf(name)} is deleted.` });
    router.go('/');
  };
  return (
    <ActDialog
      title={`Delete ${idOf(name)}?`}
      verb="Delete the operation"
      dangerous
      onAct={remove}
      onClose={onClose}
      effect={
        <ul>
          <li>It disappears with its result, its history and its checkpoint. That cannot be undone.</li>
          {completeTime === undefined && (
            <li>
              <strong>It is not cancelled.</strong> Its worker may go on, and what it still says is ignored.
            </li>
          )}
          {parent && completeTime === undefined && (
            <li>A parent that waits for it counts it as NOT_FOUND.</li>
          )}
        </ul>
      }
    />
  );
}

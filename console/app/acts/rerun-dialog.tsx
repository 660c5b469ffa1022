import { useSignal } from '@preact/signals';
import { idOf } from '../api/operation.ts';
import { pathOf } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { operationHref } from '../routing.ts';
import { counted } from '../text/number.ts';
import { ActDialog } from './act-dialog.tsx';
import type { ActDialogProps } from './act-dialog-props.ts';

export type RerunFrom = 'START' | 'RESUME_POINT';

export function RerunDialog({ inspection, onClose }: ActDialogProps) {
  const { client, notify, router } = useConsole();
  const { name, waits } = inspection;
  const from = useSignal<RerunFrom>(waits.length > 0 ? 'RESUME_POINT' : 'START');
  const failedOnly = useSignal(true);
  const id = useSignal('');
  const counts = waits.at(-1)?.children.counts ?? {};
  const unsuccessful = Object.entries(counts).reduce(
    (sum, [outcome, value]) => (outcome === 'SUCCEEDED' ? sum : sum + value),
    0,
  );
  const rerun = async (requestId: string) => {
    const operation = await client.act<{ name: string }>('POST', `${pathOf(name)}:rerun`, {
      from: from.value,
      ...(unsuccessful > 0 && failedOnly.value && { failedChildrenOnly: true }),
      ...(id.value.trim() && { operationId: id.value.trim() }),
      requestId,
    });
    notify({
      kind: 'done',
      text: `${idOf(operation.name)} is a rerun of ${idOf(name)}.`,
      href: operationHref(operation.name),
    });
    router.go(operationHref(operation.name));
  };
  return (
    <ActDialog
      title={`Rerun ${idOf(name)}?`}
      verb="Start the rerun"
      onAct={rerun}
      onClose={onClose}
      effect={
        <p>
          A new operation, named{' '}
          <code>{id.value.trim() || `${idOf(name).replace(/~\d+$/, '')}~2, ~3, …`}</code>, gets the method,
          the input and the labels of this one, and no parent. This one stays as it is; both link to each
          other.
        </p>
      }
    >
      <RerunOptions from={from} failedOnly={failedOnly} unsuccessful={unsuccessful} />
      <label class="field">
        Name of the new operation (optional)
        <input
          type="text"
          spellcheck={false}
          placeholder="chosen by the service"
          value={id.value}
          onInput={(event) => {
            id.value = event.currentTarget.value;
          }}
        />
      </label>
    </ActDialog>
  );
}

interface RerunOptionsProps {
  readonly from: { value: RerunFrom };
  readonly failedOnly: { value: boolean };
  /** The number of children that did not succeed. undefined for many operations. */
  readonly unsuccessful: number | undefined;
}

export function RerunOptions({ from, failedOnly, unsuccessful }: RerunOptionsProps) {
  return (
    <>
      <fieldset>
        <legend>From where</legend>
        <label class="option">
          <input
            type="radio"
            name="from"
            checked={from.value === 'START'}
            onChange={() => {
              from.value = 'START';
            }}
          />
          <span>
            <strong>The start.</strong> A START signal with the input; all is done again. Needs an operation
            that was dispatched.
          </span>
        </label>
        <label class="option">
          <input
            type="radio"
            name="from"
            checked={from.value === 'RESUME_POINT'}
            onChange={() => {
              from.value = 'RESUME_POINT';
            }}
          />
          <span>
            <strong>The last resume point.</strong> The checkpoint and the RESUME of the last wait, as they
            were.
          </span>
        </label>
      </fieldset>
      {unsuccessful !== 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={failedOnly.value}
            onChange={(event) => {
              failedOnly.value = event.currentTarget.checked;
            }}
          />
          {unsuccessful === undefined
            ? 'Only children that did not succeed are made again'
            : `Only the ${counted(unsuccessful, 'child', 'children')} that did not succeed ${unsuccessful === 1 ? 'is' : 'are'} made again`}
        </label>
      )}
    </>
  );
}

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { ApiError, messageOf } from '../api/api-error.ts';
import { Dialog } from '../parts/dialog.tsx';

interface ActFormProps {
  readonly title: string;
  /** Says what the action will do. */
  readonly effect: ComponentChildren;
  readonly verb: string;
  readonly dangerous?: boolean;
  readonly disabled?: boolean;
  /**
   * Carries out the action. `requestId` is the same for every try of this dialog, so that a repeat after a lost answer changes
   * nothing twice.
   */
  readonly onAct: (requestId: string) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** The dialog of one action. The typed text stays if the server refuses the action. */
export function ActDialog(props: ActFormProps) {
  const { title, effect, verb, dangerous, disabled, onAct, onClose, children } = props;
  const requestId = useMemo(() => crypto.randomUUID(), []);
  const busy = useSignal(false);
  const error = useSignal<string | undefined>(undefined);
  const act = async () => {
    if (busy.value) return;
    busy.value = true;
    error.value = undefined;
    try {
      await onAct(requestId);
      onClose();
    } catch (cause) {
      error.value = remedyOf(cause);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <div class="effect">{effect}</div>
        {children}
        {error.value && (
          <p class="banner failed" role="alert">
            <bdi>{error.value}</bdi>
          </p>
        )}
        <div class="dialog-acts">
          <button type="button" class="quiet" onClick={onClose}>
            Not now
          </button>
          <button
            type="submit"
            class={dangerous ? 'danger primary' : 'primary'}
            // A disabled button would lose the focus.
            aria-disabled={busy.value}
            disabled={disabled}
          >
            {busy.value ? 'Working…' : verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function remedyOf(error: unknown): string {
  if (!(error instanceof ApiError)) return messageOf(error);
  if (error.status === 'UNAVAILABLE') return `${error.message} Trying again does nothing twice.`;
  if (error.isUnimplemented) return 'This deployment cannot do that yet.';
  return error.message;
}

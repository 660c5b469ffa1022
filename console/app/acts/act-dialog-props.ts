import type { Inspection } from '../api/operation.ts';

/** The properties of a dialog that acts on one operation. */
export interface ActDialogProps {
  readonly inspection: Inspection;
  readonly onClose: () => void;
  /** Called when the server has accepted the action. */
  readonly onDone: () => void;
}

import type { Inspection } from '../api/operation.ts';

/** The properties of a dialog that acts on one operation. */
export interface ActDialogProps {
  readonly inspection: Inspection;
  readonly onClose: () => void;
  /** The act was accepted. */
  readonly onDone: () => void;
}

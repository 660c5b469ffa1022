/** What goes wrong in the bus while no caller waits for it. Never carries what is in a message. */
export type BusEvent = {
  readonly subscription: string;
  readonly messageId: string;
  readonly error: unknown;
} & (
  | { readonly event: 'handlerFailed'; readonly attempt: number }
  /** The dead-letter topic did not take the message: it stays where it is. */
  | { readonly event: 'forwardFailed' }
);

export type BusReport = (event: BusEvent) => void;

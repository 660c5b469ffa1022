/** Reports failures in the bus that no caller waits for. A report never contains the content of a message. */
export type BusEvent = {
  readonly subscription: string;
  readonly error: unknown;
} & (
  | { readonly event: 'handlerFailed'; readonly messageId: string; readonly attempt: number }
  /** The message could not be forwarded to the dead-letter topic. It stays in the subscription. */
  | { readonly event: 'forwardFailed'; readonly messageId: string }
  /** Messages could not be read from the storage. The subscription reads them again after a pause. */
  | { readonly event: 'readFailed' }
);

export type BusReport = (event: BusEvent) => void;

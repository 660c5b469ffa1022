/** Reads the setting REDACT: types, methods and paths, separated by commas. */
import * as v from 'valibot';
import { problemOfRedaction, Redaction } from '../shared/messages/redaction.ts';
import { entriesOf } from './setting-entries.ts';

export const redactionEntries = v.pipe(
  v.string(),
  v.transform(entriesOf),
  v.rawCheck(({ dataset, addIssue }) => {
    for (const entry of dataset.typed ? dataset.value : []) {
      const message = problemOfRedaction(entry);
      if (message) addIssue({ message });
    }
  }),
);

export const redactionList = v.pipe(
  redactionEntries,
  v.transform((entries) => new Redaction(entries)),
);

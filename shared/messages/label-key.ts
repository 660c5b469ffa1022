const LABEL_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** The rule for the keys of labels. Filters name no other keys. */
export function isLabelKey(key: string): boolean {
  return LABEL_KEY.test(key);
}

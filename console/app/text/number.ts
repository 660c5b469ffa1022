const WHOLE = new Intl.NumberFormat('en');

export function count(value: number): string {
  return WHOLE.format(value);
}

/** `1 child`, `2 children`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  if (value < 1_024) return counted(value, 'byte');
  if (value < 1_048_576) return `${(value / 1_024).toFixed(1)} KiB`;
  return `${(value / 1_048_576).toFixed(1)} MiB`;
}

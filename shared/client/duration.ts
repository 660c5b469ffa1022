/** A duration with its unit: `'500ms'`, `'90s'`, `'3d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

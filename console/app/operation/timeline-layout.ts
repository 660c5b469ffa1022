/** The sizes that the parts of the timeline share, in pixels. */
export const LABEL_WIDTH = 84;
export const LANE_HEIGHT = 22;
export const AXIS_HEIGHT = 22;
/** The left and the right edge of the plot. */
export const LEFT = LABEL_WIDTH + 8;
export const RIGHT = 12;

/** The horizontal position of a time, in milliseconds since the epoch. */
export type Scale = (time: number) => number;

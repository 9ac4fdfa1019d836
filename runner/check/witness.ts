/** Failures that lie within this of each other can be of one fault (design, The path). */
export const withinUs = 1_000_000;
/** Of the seconds in which the app's lanes lost nothing. What happens to a control lane in more of them has nothing to do with the app. */
const mostAlone = 0.05;

/** It befell a control lane in so many of the seconds in which the app lost nothing that it tells nothing of the way there. */
export function isTooOften(alone: number, calm: number): boolean {
  return alone > Math.max(1, calm * mostAlone);
}

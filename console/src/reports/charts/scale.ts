/** The ticks of an axis from 0: at most about four, the last at or above `most`. */
export function ticksTo(most: number, steps: (least: number) => number): number[] {
  const step = steps(Math.max(most, 1) / 4);
  const ticks = [0];
  while (ticks[ticks.length - 1]! < most || ticks.length < 2) {
    ticks.push(ticks.length * step);
  }
  return ticks;
}

/** The least of 1, 2, 5, 10, 20… that is not less. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

const DURATIONS = [5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

/** The same for durations in seconds: steps that clocks have. */
export function durationStep(least: number): number {
  return DURATIONS.find((step) => step >= least) ?? 86_400 * roundStep(least / 86_400);
}

const EVERY = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720];

/** Every how manyth place of an axis has a label, if labels are so wide. */
export function labelStep(places: number, width: number, labelWidth: number): number {
  const least = (places * labelWidth) / Math.max(width, 1);
  return EVERY.find((step) => step >= least) ?? Math.ceil(least);
}

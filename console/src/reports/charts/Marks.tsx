import { useId } from "react";

import classes from "./Charts.module.css";
import type { Space } from "./Plot";

/** A part of each bar: `look` is its colour, and its pattern for whom colours look alike. */
export interface Part {
  label: string;
  look: "kept" | "missed" | "withdrawn" | "open";
  values: number[];
}

/** Bars of several parts, the first at the bottom. */
export function Bars({ parts, space: { x, y, band } }: { parts: Part[]; space: Space }) {
  const id = useId();
  const width = Math.max(Math.min(band * 0.72, 36), Math.min(band, 1));
  return parts.map(({ label, look, values }, part) => {
    const below = (place: number) => parts.slice(0, part).reduce((sum, each) => sum + each.values[place]!, 0);
    const path = values
      .map((value, place) => {
        const [bottom, top] = [y(below(place)), y(below(place) + value)];
        return value ? `M${x(place) - width / 2} ${bottom}V${top}h${width}V${bottom}Z` : "";
      })
      .join("");
    return (
      <g key={label}>
        <Pattern id={`${id}-${look}`} look={look} />
        <path d={path} className={classes[look]} fill={`url(#${id}-${look})`} />
      </g>
    );
  });
}

function Pattern({ id, look }: { id: string; look: Part["look"] }) {
  return (
    <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" className={classes[look]}>
      <rect width={6} height={6} className={classes.ground} />
      {look === "missed" && <path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" className={classes.stroke} />}
      {look === "open" && <circle cx={3} cy={3} r={1.2} className={classes.dot} />}
    </pattern>
  );
}

/** How a part looks, beside its name. */
export function Swatch({ look }: { look: Part["look"] }) {
  const id = useId();
  return (
    <svg width={14} height={12} aria-hidden>
      <Pattern id={id} look={look} />
      <rect x={0.5} y={0.5} width={13} height={11} className={classes[look]} fill={`url(#${id})`} />
    </svg>
  );
}

/** A line that is broken where there is nothing to tell. `isDashed` is for the second of two. */
export function Curve({
  values,
  space: { x, y, band },
  isDashed = false,
}: {
  values: (number | null)[];
  space: Space;
  isDashed?: boolean;
}) {
  const look = isDashed ? classes.second : classes.first;
  const path = values
    .map((value, place) => {
      const isOn = place > 0 && values[place - 1] !== null;
      return value === null ? "" : `${isOn ? "L" : "M"}${x(place)} ${y(value)}`;
    })
    .join("");
  const isAlone = (place: number) => (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;
  return (
    <g className={look}>
      <path d={path} className={classes.curve} />
      {values.map(
        (value, place) =>
          value !== null &&
          (band > 10 || isAlone(place)) && (
            <circle key={place} cx={x(place)} cy={y(value)} r={2.5} className={classes.knot} />
          ),
      )}
    </g>
  );
}

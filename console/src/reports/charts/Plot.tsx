import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";

import classes from "./Charts.module.css";
import { labelStep } from "./scale";

const HEIGHT = 168;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 8, 8, 20];
const LABEL_WIDTH = 60;

/** Where things are on a chart: `x` the middle of a place, `band` how wide it is, `y` the height of a value. */
export interface Space {
  x: (place: number) => number;
  y: (value: number) => number;
  band: number;
}

interface Props {
  /** What it shows in a sentence, for whoever does not see it. */
  summary: string;
  places: number;
  ticks: number[];
  tickName: (value: number) => string;
  labelOf: (place: number) => string;
  /** The figures of a place: its name first. */
  tell: (place: number) => string[];
  children: (space: Space) => ReactNode;
}

/** A chart with its axes. The figures of a place are told when it is pointed at, or reached with the arrow keys. */
export function Plot({ summary, places, ticks, tickName, labelOf, tell, children }: Props) {
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const [inner, height] = [Math.max(width - LEFT - RIGHT, 1), HEIGHT - TOP - BOTTOM];
  const top = ticks[ticks.length - 1]!;
  const band = inner / Math.max(places, 1);
  const x = (place: number) => LEFT + (place + 0.5) * band;
  const y = (value: number) => TOP + height * (1 - value / top);
  const step = labelStep(places, inner, LABEL_WIDTH);
  return (
    <div ref={ref} className={classes.plot}>
      {width > 0 && (
        <svg role="img" aria-label={summary} width={width} height={HEIGHT}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={classes.grid} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text className={classes.tick} x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
                {tickName(tick)}
              </text>
            </g>
          ))}
          {Array.from({ length: Math.ceil(places / step) }, (_, index) => index * step).map((place) => (
            <text key={place} className={classes.tick} x={x(place)} y={HEIGHT - 4} textAnchor="middle">
              {labelOf(place)}
            </text>
          ))}
          {at !== null && <rect className={classes.here} x={x(at) - band / 2} y={TOP} width={band} height={height} />}
          {children({ x, y, band })}
        </svg>
      )}
      <Pointer places={places} at={at} onAt={setAt} tell={tell} summary={summary} />
      {at !== null && at < places && (
        <div className={classes.tip} style={at * 2 < places ? { left: x(at) + 12 } : { right: width - x(at) + 12 }}>
          {tell(at).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
    </div>
  );
}

interface PointerProps extends Pick<Props, "places" | "tell" | "summary"> {
  at: number | null;
  onAt: (place: number | null) => void;
}

const MOVES: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

// It lies over the chart: moving along the time, as on a slider, tells what there was.
function Pointer({ places, at, onAt, tell, summary }: PointerProps) {
  const last = places - 1;
  const now = Math.min(at ?? last, last);
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onAt(Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * places))));
  };
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move) {
      event.preventDefault();
      onAt(Math.max(0, Math.min(last, move(now, last))));
    } else if (event.key === "Escape") {
      onAt(null);
    }
  };
  return (
    <div
      className={classes.pointer}
      style={{ left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM }}
      role="slider"
      tabIndex={0}
      aria-label={summary.split(":")[0]}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={now}
      aria-valuetext={tell(now).join(", ")}
      onPointerMove={point}
      onPointerLeave={() => onAt(null)}
      onFocus={() => onAt(now)}
      onBlur={() => onAt(null)}
      onKeyDown={press}
    />
  );
}

import { useMemo } from "react";

import { numeral } from "../../components/numbers";
import type { Times } from "../../components/times";
import { type Figures, type Period, periodName, type Point, pointsOf } from "../figures";
import { lasting, percent } from "../words";
import type { View } from "../view";
import { Chart } from "./Chart";
import classes from "./Charts.module.css";
import { Bars, Curve, type Part, Swatch } from "./Marks";
import { Plot } from "./Plot";
import { Results } from "./Results";
import { durationStep, roundStep, ticksTo } from "./scale";

interface Props {
  periods: Period[];
  totals: Figures;
  view: View;
  times: Times;
}

const MONTH_AND_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const DAY_OF_HOURS = 26;

/** What was asked for and became of it, period by period; results over the whole time. */
export function Charts({ periods, totals, view, times }: Props) {
  const points = useMemo(() => pointsOf(periods, view, times), [periods, view, times]);
  const { per } = view;
  const axis = {
    places: points.length,
    labelOf: (place: number) => {
      const { start } = points[place]!;
      const isDay = per === "day" || points.length > DAY_OF_HOURS;
      return isDay ? MONTH_AND_DAY.format(new Date(per === "day" ? start : times.date(start))) : times.clock(start);
    },
    nameOf: (place: number) => periodName(points[place]!.start, per, times),
  };
  return (
    <div className={classes.charts}>
      <Asked points={points} totals={totals} axis={axis} per={per} />
      <OnTime points={points} totals={totals} axis={axis} per={per} />
      <Results of={totals} />
      <Waits points={points} totals={totals} axis={axis} per={per} />
    </div>
  );
}

interface ChartProps {
  points: Point[];
  totals: Figures;
  axis: { places: number; labelOf: (place: number) => string; nameOf: (place: number) => string };
  per: string;
}

function partsOf(points: Point[]): Part[] {
  const values = (of: (figures: Figures) => number) => points.map(({ figures }) => of(figures));
  return [
    { label: "Kept", look: "kept", values: values(({ kept }) => kept) },
    { label: "Not kept", look: "missed", values: values(({ due, kept }) => due - kept) },
    { label: "Withdrawn", look: "withdrawn", values: values(({ withdrawn }) => withdrawn) },
    { label: "Open", look: "open", values: values(({ open }) => open) },
  ];
}

function Asked({ points, totals, axis, per }: ChartProps) {
  const parts = useMemo(() => partsOf(points), [points]);
  const most = Math.max(...points.map(({ figures }) => figures.asked));
  const tell = (place: number) => [
    axis.nameOf(place),
    `Asked ${numeral(points[place]!.figures.asked)}`,
    ...parts.map(({ label, values }) => `${label} ${numeral(values[place]!)}`),
  ];
  const legend = parts.map(({ label, look }) => (
    <span key={label}>
      <Swatch look={look} /> {label}
    </span>
  ));
  return (
    <Chart title="Asked and kept" legend={legend}>
      <Plot
        {...axis}
        summary={`Asked and kept per ${per}: ${numeral(totals.asked)} asked, ${numeral(totals.kept)} kept in all, at most ${numeral(most)} asked in one ${per}`}
        ticks={ticksTo(most, roundStep)}
        tickName={numeral}
        tell={tell}
      >
        {(space) => <Bars parts={parts} space={space} />}
      </Plot>
    </Chart>
  );
}

function OnTime({ points, totals, axis, per }: ChartProps) {
  const rates = points.map(({ figures }) => figures.on_time_rate);
  const tell = (place: number) => {
    const { on_time: onTime, late } = points[place]!.figures;
    return [
      axis.nameOf(place),
      `On time ${percent(rates[place]!)}`,
      `${numeral(onTime)} on time, ${numeral(late)} late`,
    ];
  };
  return (
    <Chart title="Called on time">
      <Plot
        {...axis}
        summary={`Called on time per ${per}: ${percent(totals.on_time_rate)} over the whole time`}
        ticks={[0, 0.25, 0.5, 0.75, 1]}
        tickName={(rate) => `${rate * 100} %`}
        tell={tell}
      >
        {(space) => <Curve values={rates} space={space} />}
      </Plot>
    </Chart>
  );
}

function Waits({ points, totals, axis, per }: ChartProps) {
  const waits = points.map(({ figures }) => figures.mean_wait);
  const lates = points.map(({ figures }) => figures.mean_late);
  const most = Math.max(0, ...waits.map(Number), ...lates.map(Number));
  const tell = (place: number) => [
    axis.nameOf(place),
    `Wait ${lasting(waits[place]!)}`,
    `Late by ${lasting(lates[place]!)}`,
  ];
  const legend = (
    <>
      <span>
        <Stroke /> Wait
      </span>
      <span>
        <Stroke isDashed /> Late by
      </span>
    </>
  );
  return (
    <Chart title="Waits and lateness, on average" legend={legend}>
      <Plot
        {...axis}
        summary={`Waits and lateness per ${per}: over the whole time ${lasting(totals.mean_wait)} of wait, late ones late by ${lasting(totals.mean_late)}`}
        ticks={ticksTo(most, durationStep)}
        tickName={lasting}
        tell={tell}
      >
        {(space) => (
          <>
            <Curve values={waits} space={space} />
            <Curve values={lates} space={space} isDashed />
          </>
        )}
      </Plot>
    </Chart>
  );
}

function Stroke({ isDashed = false }: { isDashed?: boolean }) {
  return (
    <svg width={22} height={8} aria-hidden className={isDashed ? classes.second : classes.first}>
      <path d="M0 4H22" className={classes.curve} />
    </svg>
  );
}

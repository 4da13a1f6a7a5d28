import { Tooltip, UnstyledButton } from "@mantine/core";

import type { Figures } from "./figures";
import classes from "./Reports.module.css";
import { count, TERMS, type TermName, told } from "./words";

type Beside = (figures: Figures) => string;

const TOTALS: [TermName, Beside][] = [
  ["asked", ({ open, scheduled }) => `${count(scheduled)} scheduled, ${count(open)} open`],
  ["kept_rate", ({ kept, due }) => `${count(kept)} of ${count(due)}`],
  ["on_time_rate", ({ on_time: onTime, late }) => `${count(onTime)} of ${count(onTime + late)}`],
  ["mean_late", ({ late }) => `on average, ${count(late)} late`],
  ["mean_wait", ({ dialled }) => `on average, ${count(dialled)} dialled`],
  ["mean_talk", ({ kept }) => `on average, ${count(kept)} kept`],
];

/** The totals that matter. What each means is told on focus and when it is pointed at. */
export function Totals({ of: figures }: { of: Figures }) {
  return (
    <section aria-label="Totals">
      <dl className={classes.totals}>
        {TOTALS.map(([name, beside]) => (
          <div key={name}>
            <dt>
              <Tooltip label={TERMS[name].means}>
                <UnstyledButton className={classes.term}>{TERMS[name].label}</UnstyledButton>
              </Tooltip>
            </dt>
            <dd className={classes.total}>{told(name, figures)}</dd>
            <dd className={classes.beside}>{beside(figures)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

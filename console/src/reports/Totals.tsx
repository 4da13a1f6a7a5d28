import { Tooltip, UnstyledButton } from "@mantine/core";

import type { Figures } from "./figures";
import classes from "./Reports.module.css";
import { count, TERMS, type TermName, told } from "./words";

type Beside = (figures: Figures) => string;

const TOTALS: [TermName, string, Beside][] = [
  ["asked", TERMS.asked.label, ({ open, scheduled }) => `${count(scheduled)} scheduled, ${count(open)} open`],
  ["kept_rate", TERMS.kept_rate.label, ({ kept, due }) => `${count(kept)} of ${count(due)}`],
  [
    "on_time_rate",
    TERMS.on_time_rate.label,
    ({ on_time: onTime, late }) => `${count(onTime)} of ${count(onTime + late)}`,
  ],
  ["mean_late", "Average lateness", ({ late }) => `of ${count(late)} late`],
  ["mean_wait", "Average wait", ({ dialled }) => `of ${count(dialled)} dialled`],
  ["mean_talk", "Average talk", ({ kept }) => `of ${count(kept)} kept`],
];

/** The totals that matter. What each means is told on focus and when it is pointed at. */
export function Totals({ of: figures }: { of: Figures }) {
  return (
    <section aria-label="Totals">
      <dl className={classes.totals}>
        {TOTALS.map(([name, label, beside]) => (
          <div key={name}>
            <dt>
              <Tooltip label={TERMS[name].means}>
                <UnstyledButton className={classes.term}>{label}</UnstyledButton>
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

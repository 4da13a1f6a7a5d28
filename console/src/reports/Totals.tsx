import { Tooltip, UnstyledButton } from "@mantine/core";

import { numeral } from "../components/numbers";
import type { Figures } from "./figures";
import classes from "./Reports.module.css";
import { TERMS, type TermName, told } from "./words";

type Beside = (figures: Figures) => string;

const TOTALS: [TermName, string, Beside][] = [
  ["asked", TERMS.asked.label, ({ open, scheduled }) => `${numeral(scheduled)} scheduled, ${numeral(open)} open`],
  ["kept_rate", TERMS.kept_rate.label, ({ kept, due }) => `${numeral(kept)} of ${numeral(due)}`],
  [
    "on_time_rate",
    TERMS.on_time_rate.label,
    ({ on_time: onTime, late }) => `${numeral(onTime)} of ${numeral(onTime + late)}`,
  ],
  ["mean_late", "Average lateness", ({ late }) => `of ${numeral(late)} late`],
  ["mean_wait", "Average wait", ({ dialled }) => `of ${numeral(dialled)} dialled`],
  ["mean_talk", "Average talk", ({ kept }) => `of ${numeral(kept)} kept`],
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

import type { CSSProperties } from "react";

import { numeral } from "../../components/numbers";
import { isWorrying } from "../../components/StateBadge";
import { byCount } from "../columns";
import type { Figures } from "../figures";
import { percent } from "../words";
import { Chart } from "./Chart";
import classes from "./Charts.module.css";

/** What completed, by result; a table that has its bars in it. */
export function Results({ of: { results } }: { of: Figures }) {
  const found = byCount(results);
  const all = found.reduce((sum, [, number]) => sum + number, 0);
  const most = found[0]?.[1] ?? 1;
  return (
    <Chart title="Results" legend={`${numeral(all)} completed`}>
      {all === 0 && <p className={classes.none}>None has completed yet.</p>}
      <table className={classes.results} aria-label="Results">
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Result</th>
            <th scope="col">Share</th>
            <th scope="col">Callbacks</th>
          </tr>
        </thead>
        <tbody>
          {found.map(([result, number]) => (
            <tr key={result}>
              <th scope="row">{result}</th>
              <td className={classes.share}>
                <span className={classes.track}>
                  <span className={lookOf(result)} style={{ width: `${(number / most) * 100}%` } as CSSProperties} />
                </span>
                {percent(number / all)}
              </td>
              <td>{numeral(number)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Chart>
  );
}

function lookOf(result: string): string {
  const look = result === "AGENT" ? classes.good : isWorrying(result) ? classes.bad : classes.other;
  return `${classes.bar} ${look}`;
}

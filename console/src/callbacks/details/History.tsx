import { Instant } from "../../components/Instant";
import { withTimes } from "../../components/instants";
import { shownState } from "../../components/StateBadge";
import { useTimes } from "../../components/times";
import classes from "./Details.module.css";
import type { Trace } from "./reads";
import { actorOf, eventOf, plain } from "./words";

interface Entry {
  at: string;
  what: string;
  state: string;
  by: string;
  why: string;
}

/** What happened, and why it was or was not called, in order. */
export function History({ trace }: { trace: Trace }) {
  const { shown } = useTimes();
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <caption>History</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">What happened</th>
            <th scope="col">State</th>
            <th scope="col">By</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {entriesOf(trace).map(({ at, what, state, by, why }, index) => (
            <tr key={index}>
              <td>
                <Instant at={at} precise />
              </td>
              <td>{what}</td>
              <td>{state}</td>
              <td>{by}</td>
              <td className={classes.free}>{withTimes(why, shown)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function entriesOf({ transitions, decisions, recreated_from: from }: Trace): Entry[] {
  const changes = transitions.map((change) => ({
    at: change.at,
    what: eventOf(change, from !== null),
    state: shownState(change.to_state, change.result),
    by: actorOf(change.actor_kind, change.actor_name),
    why: change.reason,
  }));
  const decided = decisions.map(({ at, rule, detail }) => ({
    at,
    what: `Decision: ${plain(rule)}`,
    state: "",
    by: "engine",
    why: detail,
  }));
  // Both are in order already, and what is of the same instant stays in it.
  return [...changes, ...decided].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

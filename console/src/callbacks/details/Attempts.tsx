import { Instant } from "../../components/Instant";
import { duration } from "../../components/times";
import classes from "./Details.module.css";
import type { Trace } from "./reads";
import { plain } from "./words";

type Attempt = Trace["attempts"][number];
type Leg = Attempt["legs"][number];

const HEADS = ["Attempt", "Outcome", "Way", "Side", "Dialled", "Rang", "On the line", "Ended", "SIP status", "Q.850"];
const DIFFERENT = HEADS.indexOf("Side");

/** Each attempt with both of its sides. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  if (attempts.length === 0) {
    return null;
  }
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <caption>Attempts</caption>
        <thead>
          <tr>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <AttemptRows key={attempt.id} attempt={attempt} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AttemptRows({ attempt }: { attempt: Attempt }) {
  const { legs, number, outcome, strategy, link } = attempt;
  const said = saidOf(attempt);
  const lines = Math.max(legs.length, 1);
  const span = { rowSpan: said ? lines + 1 : lines };
  return (
    <>
      {Array.from({ length: lines }, (_, index) => (
        <tr key={index}>
          {index === 0 && (
            <>
              <td {...span}>{number}</td>
              <td {...span}>
                {outcome ? plain(outcome) : "under way"}
                {attempt.joined_seconds !== null && `, ${duration(attempt.joined_seconds)}`}
              </td>
              <td {...span}>
                {plain(strategy)} <span className={classes.note}>over {link}</span>
              </td>
            </>
          )}
          {legs[index] ? <LegCells leg={legs[index]} /> : <td colSpan={HEADS.length - DIFFERENT}>-</td>}
        </tr>
      ))}
      {said && (
        <tr>
          <td colSpan={HEADS.length - DIFFERENT} className={classes.free}>
            {said}
          </td>
        </tr>
      )}
    </>
  );
}

function LegCells({ leg }: { leg: Leg }) {
  const { dial_permitted_at: dialled, ring_seconds: rang, talk_seconds: talked, outcome, ended_by: by } = leg;
  return (
    <>
      <td>{leg.role === "CUSTOMER" ? "customer" : (leg.agent ?? "agent")}</td>
      <td>{dialled ? <Instant at={dialled} precise /> : "not dialled"}</td>
      <td>{rang === null ? "-" : duration(rang)}</td>
      <td>{talked === null ? "-" : duration(talked)}</td>
      <td>{outcome ? `${plain(outcome)}${by ? ENDED_BY[by] : ""}` : "-"}</td>
      <td>{leg.sip_status ?? "-"}</td>
      <td>{leg.q850 ?? "-"}</td>
    </>
  );
}

const ENDED_BY = { US: ", by Ringback", REMOTE: ", by them", TIMEOUT: ", no time left" };

/** What the agent answered and said. */
function saidOf({ agent_answer: answer, snooze_seconds: snooze, disposition, note, agent }: Attempt): string {
  const parts = [
    answer && `${agent ?? "The agent"} answered the offer: ${plain(answer)}${snooze ? ` for ${duration(snooze)}` : ""}`,
    disposition && `Disposition: ${disposition}`,
    note && `Note: ${note}`,
  ];
  return parts.filter(Boolean).join(". ");
}

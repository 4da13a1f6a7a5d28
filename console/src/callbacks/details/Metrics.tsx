import { Anchor, Code, Skeleton } from "@mantine/core";
import { Link } from "react-router";

import { useMay } from "../../api/session";
import { Fact, Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Instant } from "../../components/Instant";
import { Recording } from "../../components/Recording";
import { duration } from "../../components/times";
import type { Callback } from "../model";
import { Attempts } from "./Attempts";
import classes from "./Details.module.css";
import { History } from "./History";
import { type Trace, useTrace } from "./reads";
import { actorOf, interval, plain } from "./words";

/** Everything that is known of a callback: the more, the further it is. */
export default function Metrics({ callback }: { callback: Callback }) {
  const { data: trace, error } = useTrace(callback);
  if (!trace) {
    return (
      <div className={classes.advanced} data-loading={error ? undefined : true}>
        {error ? <Failure of={error} /> : <Skeleton h="14rem" />}
      </div>
    );
  }
  return (
    <div className={classes.advanced}>
      <Facts>
        <Who trace={trace} />
        <Times trace={trace} />
        <Told trace={trace} />
        <Asked callback={callback} />
        <NameRecording callback={callback} />
        <UserData of={callback.user_data} />
      </Facts>
      <History trace={trace} />
      <Attempts attempts={trace.attempts} />
    </div>
  );
}

const LABELS = { created_by: "Created by", rescheduled_by: "Rescheduled by", cancelled_by: "Cancelled by" } as const;

function Who({ trace }: { trace: Trace }) {
  const { actors, recreated_from: from, recreated_as: as } = trace;
  return (
    <>
      {(Object.keys(LABELS) as (keyof typeof LABELS)[]).map((which) => {
        const actor = actors[which];
        const name = which === "created_by" && from ? "Recreated by" : LABELS[which];
        return (
          actor && (
            <Fact key={which} name={name}>
              {actorOf(actor.kind, actor.name)}
            </Fact>
          )
        );
      })}
      {from && (
        <Fact name="Recreated from" size="wide">
          <To id={from} />
        </Fact>
      )}
      {as.length > 0 && (
        <Fact name="Recreated as" size="wide">
          {as.map((id) => (
            <div key={id}>
              <To id={id} />
            </div>
          ))}
        </Fact>
      )}
    </>
  );
}

function To({ id }: { id: string }) {
  return (
    <Anchor component={Link} to={`/tools/search?q=${id}`} className={classes.id}>
      {id}
    </Anchor>
  );
}

function Times({ trace: { seconds_in_state: seconds } }: { trace: Trace }) {
  return (
    <Fact name="Time in each state">
      {Object.entries(seconds).map(([state, spent]) => (
        <div key={state}>
          {state} <span className={classes.note}>{duration(spent)}</span>
        </div>
      ))}
    </Fact>
  );
}

/** What the customer was offered and promised. */
function Told({ trace: { offer, promised_by: promisedBy, slot_at: slotAt } }: { trace: Trace }) {
  return (
    <>
      {promisedBy && (
        <Fact name="Promised" note="at the latest">
          <Instant at={promisedBy} />
        </Fact>
      )}
      {slotAt && (
        <Fact name="Time slot">
          <Instant at={slotAt} />
        </Fact>
      )}
      {offer && (
        <Fact name="Offer" note={<Instant at={offer.made_at} />}>
          place {offer.place_of_new_caller}, {waitOffered(offer)}
        </Fact>
      )}
    </>
  );
}

function waitOffered(offer: NonNullable<Trace["offer"]>): string {
  const { wait_low_seconds: low, wait_point_seconds: point, wait_high_seconds: high } = offer;
  return low === null || point === null || high === null ? "no wait told" : interval({ low, point, high });
}

function Asked({ callback }: { callback: Callback }) {
  const { customer_name: name, agent, channel, language, priority, eligible_at: eligibleAt, state } = callback;
  return (
    <>
      {name && <Fact name="Customer Name">{name}</Fact>}
      {agent && <Fact name="Agent">{agent}</Fact>}
      {channel && <Fact name="Asked over">{channel === "IVR" ? channel : plain(channel)}</Fact>}
      {language && <Fact name="Language">{language}</Fact>}
      <Fact name="Priority">{priority}</Fact>
      {eligibleAt && state === "QUEUED" && (
        <Fact name="Not called before">
          <Instant at={eligibleAt} />
        </Fact>
      )}
      {callback.completed_at && (
        <Fact name="Completed">
          <Instant at={callback.completed_at} precise />
        </Fact>
      )}
    </>
  );
}

function NameRecording({ callback: { id, has_name_recording: hasOne } }: { callback: Callback }) {
  const may = useMay();
  if (!hasOne || !may("HEAR_RECORDINGS")) {
    return null;
  }
  return (
    <Fact name="Name recording">
      <Recording src={`/api/v1/callbacks/${id}/name-recording`} />
    </Fact>
  );
}

function UserData({ of: data }: { of: Callback["user_data"] }) {
  const entries = Object.entries(data);
  if (entries.length === 0) {
    return null;
  }
  const isFlat = entries.every(([, value]) => typeof value !== "object" || value === null);
  return (
    <Fact name="User data" size={isFlat ? undefined : "whole"}>
      {isFlat ? (
        entries.map(([key, value]) => (
          <div key={key}>
            {key}: {String(value)}
          </div>
        ))
      ) : (
        <Code block className={classes.data} tabIndex={0}>
          {JSON.stringify(data, null, 2)}
        </Code>
      )}
    </Fact>
  );
}

import { Alert, CloseButton, Group } from "@mantine/core";
import { IconCoffee, IconHeadsetOff, IconHourglass, IconUserQuestion } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { hasCode } from "../api/problems";
import { useSession } from "../api/session";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";
import { PageHead } from "../components/PageHead";
import { isInCall } from "../components/PresenceBadge";
import { offerText } from "./attention";
import { Call } from "./Call";
import { type Desk, type Offer, useDesk } from "./data";
import classes from "./Desk.module.css";
import { PresencePanel } from "./PresencePanel";
import { Side } from "./Side";
import { UnsentNotes } from "./UnsentNotes";

/** My desk: whether I can be called, the call that is offered to me, and what came of it. */
export default function DeskPage() {
  const { user } = useSession();
  return user.agent === null ? <NoAgent /> : <OwnDesk />;
}

function NoAgent() {
  return (
    <>
      <PageHead title="My desk" />
      <Empty Icon={IconUserQuestion} title="You are not set up as an agent yet">
        Ask an administrator to choose in your user which agent you are, and whose telephone that is. This page is ready
        then.
      </Empty>
    </>
  );
}

function OwnDesk() {
  const { data: desk, error, refetch } = useDesk();
  if (hasCode(error, "no-agent-for-you")) {
    return <NoAgent />;
  }
  if (!desk) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  return (
    <>
      <PageHead title="My desk" about={desk.agent.display_name || desk.agent.name} />
      <Opened desk={desk} error={error} />
    </>
  );
}

function Opened({ desk, error }: { desk: Desk; error: unknown }) {
  const { told, setTold } = useTold(desk);
  return (
    <div className={classes.desk}>
      <div className={classes.main}>
        <PresencePanel agent={desk.agent} />
        <Failure of={error} />
        <Told text={told?.text ?? null} onClose={() => setTold(null)} />
        <UnsentNotes desk={desk} />
        <div role="alert" className="visually-hidden">
          {desk.offer?.phase === "OFFERED" && offerText(desk.offer)}
        </div>
        {callsOf(desk).map((call) => (
          <Call key={call.attempt} {...call} tell={(text) => setTold({ attempt: call.attempt, text })} />
        ))}
        {!desk.offer && desk.unfinished.length === 0 && <NothingInHand desk={desk} />}
      </div>
      <Side desk={desk} />
    </div>
  );
}

/** What is in hand, then what was left unfinished, the newest first: an order in which nothing ever changes places. */
function callsOf({ offer, unfinished }: Desk) {
  const left = [...unfinished].sort((one, other) => other.ended_at.localeCompare(one.ended_at));
  return [
    ...(offer ? [{ attempt: offer.attempt_id, offer, unfinished: null }] : []),
    ...left.map((each) => ({ attempt: each.attempt_id, offer: null, unfinished: each })),
  ];
}

function NothingInHand({ desk: { agent } }: { desk: Desk }) {
  if (agent.presence === "READY") {
    return (
      <Empty Icon={IconCoffee} title="No call right now">
        You are ready: calls come here by themselves. Leave this page open, because closed for a minute it makes you not
        ready.
      </Empty>
    );
  }
  if (isInCall(agent.presence)) {
    return (
      <Empty Icon={IconHourglass} title="One moment">
        The call has gone from your desk. What comes next is shown here by itself.
      </Empty>
    );
  }
  return (
    <Empty Icon={IconHeadsetOff} title="You are not called">
      {agent.presence === "WRAP_UP"
        ? "You are ready by yourself when the wrap-up is over."
        : "Choose Ready when you can take calls."}
    </Empty>
  );
}

function Told({ text, onClose }: { text: string | null; onClose: () => void }) {
  return (
    <div role="status" className={classes.told}>
      {text && (
        <Alert color="gray" variant="light" py={6}>
          <Group justify="space-between" wrap="nowrap">
            {text}
            <CloseButton aria-label="Close the notice" onClick={onClose} />
          </Group>
        </Alert>
      )}
    </div>
  );
}

interface Said {
  attempt: string;
  text: string;
}

/** What was told last about a call, also when it has gone without a word of the agent. */
function useTold({ offer, agent }: Desk) {
  const [told, setTold] = useState<Said | null>(null);
  const before = useRef<Offer | null>(null);
  const { presence } = agent;
  useEffect(() => {
    const was = before.current;
    before.current = offer;
    const text = was && was.attempt_id !== offer?.attempt_id ? goneText(was, presence) : null;
    if (was && text) {
      setTold((last) => (last?.attempt === was.attempt_id ? last : { attempt: was.attempt_id, text }));
    }
  }, [offer, presence]);
  return { told, setTold };
}

/** What is to be said of a call that has gone from the desk; null when that is clear, or said elsewhere. */
function goneText({ phase, callback }: Offer, presence: Desk["agent"]["presence"]): string | null {
  const who = callback.customer_name || callback.phone_number_formatted;
  if (phase === "CONNECTING") {
    return `The call to ${who} has not come about. It is tried again as its service says, unless it was cancelled.`;
  }
  return phase === "OFFERED" && presence !== "NOT_READY" ? `${who}: the call is not offered to you any more.` : null;
}

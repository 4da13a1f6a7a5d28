import { Anchor, Button, Table } from "@mantine/core";
import { memo } from "react";
import { Link } from "react-router";

import { useMay } from "../api/session";
import { PresenceBadge, presenceLabel } from "../components/PresenceBadge";
import { StateBadge } from "../components/StateBadge";
import { TableHead } from "../components/TableHead";
import { stopwatch, useSecond } from "../components/ticking";
import { duration, useTimes } from "../components/times";
import classes from "./Agents.module.css";
import type { Agent } from "./data";

const COLUMNS = ["Name", "Presence", "For", "Callback in hand", "Services"];
const HOUR_MS = 3_600_000;

interface Props {
  agents: Agent[];
  onPresence?: (agent: Agent) => void;
  onEdit?: (agent: Agent) => void;
}

/** One line for each agent. */
export function AgentTable({ agents, onPresence, onEdit }: Props) {
  return (
    <Table.ScrollContainer minWidth={860} type="native" scrollAreaProps={{ tabIndex: 0, "aria-label": "Agents" }}>
      <Table className={classes.table} aria-label="Agents">
        <TableHead columns={onEdit ? [...COLUMNS, "Telephone"] : COLUMNS} hasActions={!!(onPresence ?? onEdit)} />
        <Table.Tbody>
          {agents.map((agent) => (
            <Row key={agent.name} agent={agent} onPresence={onPresence} onEdit={onEdit} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps extends Omit<Props, "agents"> {
  agent: Agent;
}

// Parents draw anew for what is none of a row's business; React Query keeps an agent who has not changed the same.
const Row = memo(
  function Row({ agent, onPresence, onEdit }: RowProps) {
    return (
      <Table.Tr>
        <Table.Th scope="row" className={classes.name}>
          {agent.display_name || agent.name}
          {agent.display_name && agent.display_name !== agent.name && (
            <div className={classes.beside}>{agent.name}</div>
          )}
        </Table.Th>
        <Table.Td>
          <PresenceBadge presence={agent.presence} />
          {agent.presence_reason && <div className={classes.reason}>{agent.presence_reason}</div>}
          {agent.wanted_presence && <Wanted agent={agent} />}
        </Table.Td>
        <Table.Td className={classes.since}>
          <Since agent={agent} />
        </Table.Td>
        <Table.Td>{agent.callback && <InHand callback={agent.callback} />}</Table.Td>
        <Table.Td>
          {agent.services.join(", ") || <span className={classes.beside}>none: is never called</span>}
        </Table.Td>
        {onEdit && <Table.Td className={classes.endpoint}>{agent.endpoint}</Table.Td>}
        {(onPresence || onEdit) && (
          <Table.Td className={classes.actions}>
            {onPresence && (
              <Button
                variant="subtle"
                size="compact-sm"
                aria-label={`Presence of ${agent.name}`}
                onClick={() => onPresence(agent)}
              >
                Presence
              </Button>
            )}
            {onEdit && (
              <Button
                variant="subtle"
                size="compact-sm"
                aria-label={`Edit ${agent.name}`}
                onClick={() => onEdit(agent)}
              >
                Edit
              </Button>
            )}
          </Table.Td>
        )}
      </Table.Tr>
    );
  },
  (was, is) => was.agent === is.agent && !was.onEdit === !is.onEdit && !was.onPresence === !is.onPresence,
);

function Wanted({ agent: { wanted_presence: wanted, wanted_reason: reason } }: { agent: Agent }) {
  return (
    wanted && (
      <div className={classes.reason}>
        then {presenceLabel(wanted)}
        {reason && `: ${reason}`}
      </div>
    )
  );
}

function Since({ agent }: { agent: Agent }) {
  const now = useSecond();
  if (agent.presence === "WRAP_UP" && agent.wrap_up_ends_at) {
    return `${stopwatch(Date.parse(agent.wrap_up_ends_at) - now)} left`;
  }
  return <Ticking since={agent.presence_since} now={now} />;
}

function Ticking({ since, now }: { since: string; now: number }) {
  const { shown } = useTimes();
  const elapsed = Math.max(now - Date.parse(since), 0);
  const isToday = shown.date(since) === shown.date(new Date(now));
  return (
    <>
      {elapsed < HOUR_MS ? stopwatch(elapsed) : duration(elapsed / 1_000)}
      <span className={classes.beside}> since {isToday ? shown.clock(since) : shown.minute(since)}</span>
    </>
  );
}

function InHand({ callback: { id, service, state, since } }: { callback: NonNullable<Agent["callback"]> }) {
  const now = useSecond();
  const may = useMay();
  const text = `${service}, ${stopwatch(now - Date.parse(since))}`;
  return (
    <span className={classes.inHand}>
      <StateBadge state={state} />
      {may("SEE_CALLBACKS") ? (
        <Anchor inherit component={Link} to={`/tools/search?q=${id}`} aria-label={`Callback ${id} of ${service}`}>
          {text}
        </Anchor>
      ) : (
        text
      )}
    </span>
  );
}

import { ActionIcon, Anchor, Table, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";

import { useMay } from "../api/session";
import { numeral } from "../components/numbers";
import { SortedHead } from "../components/SortedHead";
import type { Order } from "../components/sorting";
import { duration, useTimes } from "../components/times";
import type { Status } from "./data";
import { ModeBadge } from "./ModeBadge";
import { OpenNow } from "./OpenNow";
import { COLUMNS } from "./order";
import classes from "./ServiceTable.module.css";
import { busyAgents, offered, problemsOf } from "./words";

interface Props {
  statuses: Status[];
  order: Order;
  onOrder: (order: string) => void;
  onPause: (service: string) => void;
}

/** One line per service. Numbers are of this moment. */
export function ServiceTable({ statuses, order, onOrder, onPause }: Props) {
  const may = useMay();
  const hasActions = may("CHANGE_SETUP");
  return (
    <Table.ScrollContainer minWidth={900} type="native" scrollAreaProps={{ tabIndex: 0, "aria-label": "Services" }}>
      <Table className={classes.table} aria-label="Services" horizontalSpacing={8}>
        <Table.Thead>
          <Groups hasActions={hasActions} />
          <Table.Tr>
            {COLUMNS.map((column) => (
              <SortedHead key={column.name} column={column} order={order} onSort={onOrder} />
            ))}
            {hasActions && (
              <Table.Th>
                <span className="visually-hidden">Actions</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {statuses.map((status) => (
            <Row
              key={status.service}
              status={status}
              isLinked={may("SEE_SETUP")}
              onPause={hasActions ? onPause : undefined}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Groups({ hasActions }: { hasActions: boolean }) {
  return (
    <Table.Tr className={classes.groups}>
      <Table.Td colSpan={2} />
      <Table.Th colSpan={4} scope="colgroup">
        Callbacks
      </Table.Th>
      <Table.Th colSpan={3} scope="colgroup">
        Agents
      </Table.Th>
      <Table.Th colSpan={3} scope="colgroup">
        A new caller
      </Table.Th>
      {hasActions && <Table.Td />}
    </Table.Tr>
  );
}

interface RowProps {
  status: Status;
  isLinked: boolean;
  onPause?: (service: string) => void;
}

const Row = memo(function Row({ status, isLinked, onPause }: RowProps) {
  const { service, display_name: name, estimated_wait: wait } = status;
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        {isLinked ? (
          <Anchor component={Link} to={`/services/${encodeURIComponent(service)}/general`} fw={500}>
            {name}
          </Anchor>
        ) : (
          name
        )}
        <Problems status={status} />
      </Table.Th>
      <Table.Td>
        <span className={classes.state}>
          <ModeBadge mode={status.mode} />
          <span className={classes.hours}>
            <OpenNow status={status} isShort />
          </span>
        </span>
      </Table.Td>
      <Count of={status.waiting} isStrong />
      <Count of={status.routing} />
      <Count of={status.processing} />
      <Count of={status.scheduled} />
      <Count of={status.agents.READY ?? 0} />
      <Count of={busyAgents(status)} />
      <Count of={status.agents.NOT_READY ?? 0} />
      <Table.Td className={classes.number}>
        {status.place_of_new_caller}
        <div className={classes.among}>
          {status.live_waiting === null ? "callbacks only" : `${status.live_waiting} on the line`}
        </div>
      </Table.Td>
      <Table.Td className={classes.number}>
        {wait ? `${duration(wait.low)} to ${duration(wait.high)}` : <span className={classes.beside}>not known</span>}
      </Table.Td>
      <Table.Td className={classes.offered}>{offered(status)}</Table.Td>
      {onPause && <Actions status={status} onPause={onPause} />}
    </Table.Tr>
  );
});

function Count({ of: count, isStrong = false }: { of: number; isStrong?: boolean }) {
  const look = count === 0 ? classes.none : isStrong ? classes.strong : "";
  return <Table.Td className={`${classes.number} ${look}`}>{numeral(count)}</Table.Td>;
}

function Problems({ status }: { status: Status }) {
  const { shown } = useTimes();
  return problemsOf(status, (at) => shown.clock(at)).map((problem) => (
    <div key={problem} className={classes.problem}>
      <IconAlertTriangle size={14} aria-hidden />
      {problem}
    </div>
  ));
}

function Actions({ status, onPause }: { status: Status; onPause: (service: string) => void }) {
  const { mode, service, display_name: name } = status;
  const what = { RUNNING: "Pause", PAUSED: "Resume", DRAINING: null, CLOSED: null }[mode];
  const Icon = mode === "RUNNING" ? IconPlayerPause : IconPlayerPlay;
  return (
    <Table.Td className={classes.actions}>
      {what && (
        <Tooltip label={`${what} calling`}>
          <ActionIcon variant="subtle" color="gray" aria-label={`${what} ${name}`} onClick={() => onPause(service)}>
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Table.Td>
  );
}

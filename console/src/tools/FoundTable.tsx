import { Button, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

import type { Callback } from "../callbacks/model";
import { Copy } from "../components/Copy";
import { Instant } from "../components/Instant";
import { StateBadge } from "../components/StateBadge";
import classes from "./Search.module.css";

interface Column {
  label: string;
  about: string;
  cell: (callback: Callback) => ReactNode;
}

// As the Genesys Callback console has them, and what they are here.
const COLUMNS: Column[] = [
  {
    label: '"From" Number',
    about: "The number that the customer sees: the caller ID of the service. None: the telephony link has its own",
    cell: ({ caller_id: callerId }) => callerId || "-",
  },
  {
    label: "State",
    about: "With the result when it is completed",
    cell: (row) => <StateBadge state={row.state} result={row.result} />,
  },
  {
    label: "Route Point",
    about: "The trunk over which it was last called; before that, the trunk of the service",
    cell: ({ trunk }) => trunk,
  },
  { label: "Last Updated Time", about: "When it last changed", cell: (row) => <Instant at={row.updated_at} /> },
  { label: "Queue", about: "The service whose agents call", cell: ({ service }) => service },
  {
    label: '"To" Number',
    about: "The number of the customer, who is called",
    cell: ({ phone_number: number, phone_number_formatted: formatted }) => (
      <span className={classes.copied}>
        {formatted} <Copy text={number} what="phone number" />
      </span>
    ),
  },
  {
    label: "Callback ID",
    about: "One for the whole life of the callback",
    cell: ({ id }) => (
      <span className={classes.copied}>
        <span className={classes.id}>{id}</span> <Copy text={id} what="callback ID" />
      </span>
    ),
  },
  {
    label: "Scheduled Time",
    about: "The desired time that the customer chose; none for an immediate callback",
    cell: (row) => (row.is_scheduled ? <Instant at={row.desired_at} /> : "immediate"),
  },
];

/** What was found. `onShow`: the diagnostic data of one are wanted. */
export function FoundTable({ items, onShow }: { items: Callback[]; onShow: (id: string) => void }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label="Callbacks found">
        <thead>
          <tr>
            {COLUMNS.map(({ label, about }) => (
              <th key={label} scope="col">
                <Tooltip label={about}>
                  <span tabIndex={0}>{label}</span>
                </Tooltip>
              </th>
            ))}
            <th scope="col">Diagnostic Data</th>
          </tr>
        </thead>
        <tbody>
          {items.map((callback) => (
            <tr key={callback.id}>
              {COLUMNS.map(({ label, cell }) => (
                <td key={label}>{cell(callback)}</td>
              ))}
              <td>
                <Button
                  variant="default"
                  size="compact-xs"
                  mih={24}
                  aria-label={`Show the diagnostic data of ${callback.id}`}
                  onClick={() => onShow(callback.id)}
                >
                  Show
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import type { ReactNode } from "react";

import { USUAL_COLUMNS } from "../../api/preferences";
import type { Times } from "../../components/times";
import { DesiredTime, PlainTime, StateCell } from "./cells";
import classes from "./CallbackTable.module.css";
import type { Row } from "../rows";

/** The clocks of a table: as shown, the other for hints, and one that shows wall clocks as they are. */
export interface Shown {
  shown: Times;
  other: Times;
  wall: Times;
}

/**
 * A column of the table. `name`: as in the API and the preferences, and what it is sorted by. `width`: pixels at least.
 * `cell`: what a row has there; `tabIndex` is for what in it can be focused.
 */
export interface Column {
  name: string;
  label: string;
  width: number;
  cell: (row: Row, times: Shown, tabIndex: number) => ReactNode;
}

const dash = <span className={classes.none}>-</span>;

/** All columns that a user may choose. The select box before and the action icons behind them always are. */
export const COLUMNS: Column[] = [
  {
    name: "state",
    label: "State",
    width: 235,
    cell: (row, times, tabIndex) => <StateCell {...{ row, times, tabIndex }} />,
  },
  {
    name: "desired_at",
    label: "Desired Callback Time",
    width: 205,
    cell: (row, times) => <DesiredTime row={row} times={times} />,
  },
  {
    name: "phone_number",
    label: "Phone Number",
    width: 150,
    cell: (row) => <span data-number={row.phone_number}>{row.phone_number_formatted}</span>,
  },
  { name: "service", label: "Service Name", width: 130, cell: (row) => row.service },
  { name: "id", label: "Callback ID", width: 290, cell: (row) => <span className={classes.id}>{row.id}</span> },
  {
    name: "updated_at",
    label: "Time Updated",
    width: 170,
    cell: (row, times) => <PlainTime at={row.updated_at} times={times} />,
  },
  { name: "customer_name", label: "Customer Name", width: 150, cell: (row) => row.customer_name ?? dash },
  { name: "agent", label: "Agent", width: 110, cell: (row) => row.agent ?? dash },
  { name: "attempts", label: "Attempts", width: 96, cell: (row) => row.attempts },
];

const BY_NAME = new Map(COLUMNS.map((column) => [column.name, column]));

/** The columns of these names, in their order; the usual ones when none of them is known. */
export function columnsOf(names: readonly string[]): Column[] {
  const known = names.flatMap((name) => BY_NAME.get(name) ?? []);
  return known.length > 0 ? known : columnsOf(USUAL_COLUMNS);
}

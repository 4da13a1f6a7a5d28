import type { Status } from "./data";
import { busyAgents, offered } from "./words";

/** What the list can be sorted by, and how it is compared. Text ascends at first, counts descend. */
export const COLUMNS = {
  service: { label: "Service", of: (status: Status) => status.display_name.toLocaleLowerCase() },
  state: { label: "State", of: (status: Status) => `${status.mode} ${status.is_open ? 0 : 1}` },
  waiting: { label: "Waiting", of: (status: Status) => status.waiting },
  routing: { label: "Calling", of: (status: Status) => status.routing },
  processing: { label: "Talking", of: (status: Status) => status.processing },
  scheduled: { label: "Scheduled", of: (status: Status) => status.scheduled },
  ready: { label: "Ready", of: (status: Status) => status.agents.READY ?? 0 },
  busy: { label: "Busy", of: busyAgents },
  away: { label: "Not ready", of: (status: Status) => status.agents.NOT_READY ?? 0 },
  place: { label: "Place", of: (status: Status) => status.place_of_new_caller },
  wait: { label: "Estimated wait", of: (status: Status) => status.estimated_wait?.point ?? -1 },
  offered: { label: "Offered", of: offered },
} as const;

export type Column = keyof typeof COLUMNS;

export const TEXTS: ReadonlySet<Column> = new Set<Column>(["service", "state", "offered"]);

/** How a list is asked for in its address: `waiting` ascends, `-waiting` descends. */
export interface Order {
  column: Column;
  descends: boolean;
}

export function orderOf(text: string | null): Order {
  const column = text?.replace(/^-/, "") ?? "";
  return column in COLUMNS
    ? { column: column as Column, descends: text?.startsWith("-") ?? false }
    : { column: "service", descends: false };
}

/** The order after a click on a column's head. */
export function turned(order: Order, column: Column): string {
  const descends = order.column === column ? !order.descends : !TEXTS.has(column);
  return `${descends ? "-" : ""}${column}`;
}

function compare(one: string | number, other: string | number): number {
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
}

/** The services whose name has all words of the text, in the order that is wanted; equal ones by name. */
export function arranged(statuses: Status[], filter: string, { column, descends }: Order): Status[] {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const { of } = COLUMNS[column];
  const byName = (one: Status, other: Status) => compare(COLUMNS.service.of(one), COLUMNS.service.of(other));
  return statuses
    .filter(({ service, display_name: shown, mode }) => {
      const text = `${service} ${shown} ${mode}`.toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => (descends ? -1 : 1) * compare(of(one), of(other)) || byName(one, other));
}

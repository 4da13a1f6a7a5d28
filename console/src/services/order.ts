import { type Order, orderOf, type Sortable, sorted } from "../components/sorting";
import type { Status } from "./data";
import { busyAgents, offered } from "./words";

const text = (name: string, label: string, of: (status: Status) => string) => ({ name, label, isText: true, of });
const count = (name: string, label: string, of: (status: Status) => number) => ({ name, label, isText: false, of });

/** The columns of the list. */
export const COLUMNS: Sortable<Status>[] = [
  text("service", "Service", nameOf),
  text("state", "State", ({ mode, is_open: isOpen }) => `${mode} ${isOpen ? 0 : 1}`),
  count("waiting", "Waiting", ({ waiting }) => waiting),
  count("routing", "Calling", ({ routing }) => routing),
  count("processing", "Talking", ({ processing }) => processing),
  count("scheduled", "Scheduled", ({ scheduled }) => scheduled),
  count("ready", "Ready", ({ agents }) => agents.READY ?? 0),
  count("busy", "Busy", busyAgents),
  count("away", "Not ready", ({ agents }) => agents.NOT_READY ?? 0),
  count("place", "Place", (status) => status.place_of_new_caller),
  count("wait", "Estimated wait", (status) => status.estimated_wait?.point ?? -1),
  text("offered", "Offered", offered),
];

function nameOf(status: Status): string {
  return status.display_name.toLocaleLowerCase();
}

/** The order that an address has; by name where it has none. */
export function orderIn(sort: string | null): Order {
  return orderOf(sort, COLUMNS, { name: "service", descends: false });
}

/** The services whose name or mode has all words of the text, in the order that is wanted; equal ones by name. */
export function arranged(statuses: Status[], filter: string, order: Order): Status[] {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = statuses.filter(({ service, display_name: shown, mode }) => {
    const searched = `${service} ${shown} ${mode}`.toLocaleLowerCase();
    return words.every((word) => searched.includes(word));
  });
  return sorted(found, COLUMNS, order, nameOf);
}

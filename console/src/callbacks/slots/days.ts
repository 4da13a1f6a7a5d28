import type { components } from "../../api/schema";
import { dayPlus, Times } from "../../components/times";

export type Slot = components["schemas"]["BookableSlot"];

/** A date on the clock of whoever looks, with the slots that begin on it; `free` null: without limit. */
export interface Day {
  date: string;
  label: string;
  slots: Slot[];
  free: number | null;
}

const UTC = new Times("UTC", true);

export const isFree = (slot: Pick<Slot, "free">) => slot.free !== 0;

/** Such as "3 of 4 free", "full", or "free" where there is no limit. */
export function freeName({ capacity, free }: Pick<Slot, "capacity" | "free">): string {
  if (free === null) {
    return "free";
  }
  return free === 0 ? "full" : `${free} of ${capacity ?? free} free`;
}

/** Every date from the first slot's to the last one's, also those without slots. */
export function daysOf(slots: readonly Slot[], times: Times): Day[] {
  const found = new Map<string, Slot[]>();
  for (const slot of slots) {
    const date = times.date(slot.starts_at);
    const sameDay = found.get(date);
    if (sameDay) {
      sameDay.push(slot);
    } else {
      found.set(date, [slot]);
    }
  }
  const dates = [...found.keys()];
  const last = dates.at(-1);
  const days: Day[] = [];
  for (let date = dates[0]; date && last && date <= last; date = dayPlus(date, 1)) {
    const own = found.get(date) ?? [];
    days.push({ date, label: UTC.day(`${date}T12:00:00Z`), slots: own, free: freeOf(own) });
  }
  return days;
}

function freeOf(slots: Slot[]): number | null {
  let sum = 0;
  for (const { free } of slots) {
    if (free === null) {
      return null;
    }
    sum += free;
  }
  return sum;
}

import { useId } from "react";

import { Times } from "../../components/times";
import { cityOf, clockName, differs } from "../../components/zones";
import { freeName, isFree, type Slot } from "./days";
import classes from "./SlotGrid.module.css";

interface Props {
  labelledBy: string;
  slots: Slot[];
  /** The service's zone, in which its own clock is shown where it differs. */
  zone: string;
  shown: Times;
  value: string | null;
  onChange: (startsAt: string) => void;
}

/** The slots of a day as radio buttons: arrows move, and full ones are passed over. */
export function SlotGrid({ labelledBy, slots, zone, shown, value, onChange }: Props) {
  const name = useId();
  const there = new Times(zone, shown.is24Hour);
  return (
    <div role="radiogroup" aria-labelledby={labelledBy} className={classes.grid}>
      {slots.map((slot) => (
        <label key={slot.starts_at} className={classes.slot}>
          <input
            type="radio"
            name={name}
            className={classes.radio}
            checked={slot.starts_at === value}
            disabled={!isFree(slot) && slot.starts_at !== value}
            onChange={() => onChange(slot.starts_at)}
          />
          <span className={classes.clock}>{clockName(slot.starts_at, shown)}</span>
          {differs(slot.starts_at, shown.zone, zone) && (
            <span className={classes.there}>{thereName(slot.starts_at, there, shown)}</span>
          )}
          <span className={classes.free}>{freeName(slot)}</span>
        </label>
      ))}
    </div>
  );
}

/** The service's own clock, with the day where it is another one: Sun 02:30 (UTC+1), Berlin. */
function thereName(at: string, there: Times, shown: Times): string {
  const day = there.date(at) === shown.date(at) ? "" : `${there.day(at).slice(0, 3)} `;
  return `${day}${clockName(at, there)} ${cityOf(there.zone)}`;
}

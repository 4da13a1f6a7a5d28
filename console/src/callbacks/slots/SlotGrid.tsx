import { useEffect, useId, useRef } from "react";

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

// Where a day begins for most who call: a service that never closes has many slots before it.
const MORNING = "08:00";

/** The slots of a day as radio buttons: arrows move, and full ones are passed over. */
export function SlotGrid({ labelledBy, slots, zone, shown, value, onChange }: Props) {
  const name = useId();
  const there = new Times(zone, shown.is24Hour);
  const grid = useRef<HTMLDivElement>(null);
  const first = firstSeen(slots, zone, value);
  const day = slots[0]?.starts_at;
  // When a day is shown, and not with each slot that is chosen or changes meanwhile.
  useEffect(() => scrollTo(grid.current, first), [day]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div ref={grid} role="radiogroup" aria-labelledby={labelledBy} className={classes.grid}>
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

/** The slot that is chosen, or else the first free one of the working day, or of the day. */
function firstSeen(slots: Slot[], zone: string, value: string | null): number {
  const clock = new Times(zone, true);
  const chosen = slots.findIndex(({ starts_at: at }) => at === value);
  const morning = slots.findIndex((slot) => isFree(slot) && clock.clock(slot.starts_at) >= MORNING);
  return chosen >= 0 ? chosen : morning >= 0 ? morning : slots.findIndex(isFree);
}

// Within the grid alone: the dialog around it stays where it is.
function scrollTo(grid: HTMLDivElement | null, index: number): void {
  const slot = grid?.children[index];
  if (grid && slot) {
    grid.scrollTop += slot.getBoundingClientRect().top - grid.getBoundingClientRect().top - EDGE;
  }
}

// The grid's padding, in which the ring of the keyboard's focus is.
const EDGE = 3;

/** The service's own clock, with the day where it is another one: Sun 02:30 (UTC+1), Berlin. */
function thereName(at: string, there: Times, shown: Times): string {
  const day = there.date(at) === shown.date(at) ? "" : `${there.day(at).slice(0, 3)} `;
  return `${day}${clockName(at, there)} ${cityOf(there.zone)}`;
}

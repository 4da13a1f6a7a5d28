import type { ReactNode } from "react";

import classes from "./Details.module.css";

/** Facts with their names, side by side. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

/** One of them; `note` is less than the fact itself. `isWide`: it takes the whole line. */
export function Fact({ name, note, isWide, children }: { name: string; note?: ReactNode; isWide?: boolean; children: ReactNode }) {
  return (
    <div className={isWide ? classes.wide : undefined}>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && <span className={classes.note}> {note}</span>}
      </dd>
    </div>
  );
}

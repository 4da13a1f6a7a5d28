import type { ReactNode } from "react";

import classes from "./Facts.module.css";

/** Facts with their names: side by side, or one on each line. */
export function Facts({ layout = "side", children }: { layout?: "side" | "lines"; children: ReactNode }) {
  return <dl className={classes[layout]}>{children}</dl>;
}

interface Props {
  name: string;
  note?: ReactNode;
  size?: "wide" | "whole";
  children: ReactNode;
}

/** One of them; `note` is less than the fact itself. `size`: it takes two places, or the whole line. */
export function Fact({ name, note, size, children }: Props) {
  return (
    <div className={size && classes[size]}>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && <span className={classes.note}> {note}</span>}
      </dd>
    </div>
  );
}

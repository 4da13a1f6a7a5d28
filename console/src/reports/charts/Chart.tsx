import { Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Charts.module.css";

/** A chart with its title, and what its marks mean. */
export function Chart({ title, legend, children }: { title: string; legend?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.chart} aria-label={title}>
      <header className={classes.head}>
        <Title order={2}>{title}</Title>
        {legend && <div className={classes.legend}>{legend}</div>}
      </header>
      {children}
    </section>
  );
}

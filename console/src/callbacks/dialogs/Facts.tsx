import { Text } from "@mantine/core";
import type { ReactNode } from "react";

import { Instant } from "../../components/Instant";
import { StateBadge } from "../../components/StateBadge";
import { Times, useTimes } from "../../components/times";
import { clockName, differs, whenName } from "../../components/zones";
import classes from "./Facts.module.css";
import type { Callback } from "../model";

/** Who is to be called, when, and how that stands. */
export function Facts({ callback }: { callback: Callback }) {
  return (
    <dl className={classes.facts}>
      <Fact name="Callback Time">
        <Instant at={callback.desired_at} />
        <TheirTime callback={callback} />
      </Fact>
      <Fact name="Callback Number">
        {callback.phone_number_formatted}
        {callback.customer_name && `, ${callback.customer_name}`}
      </Fact>
      <Fact name="Service Name">{callback.service}</Fact>
      <Fact name="State">
        <StateBadge state={callback.state} result={callback.result} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What was promised on the customer's own clock, where that shows another time. */
function TheirTime({ callback }: { callback: Callback }) {
  const { shown } = useTimes();
  const { desired_at: at, promised_zone: zone } = callback;
  if (!differs(at, shown.zone, zone)) {
    return null;
  }
  const theirs = new Times(zone, shown.is24Hour);
  const when = theirs.date(at) === shown.date(at) ? clockName(at, theirs) : whenName(at, theirs);
  return (
    <Text span c="dimmed" size="sm">
      {` (${when} in ${zone})`}
    </Text>
  );
}

import { Text } from "@mantine/core";

import { useSession } from "../../api/session";
import { Fact, Facts } from "../../components/Facts";
import { Instant } from "../../components/Instant";
import { StateBadge } from "../../components/StateBadge";
import { Times, useTimes } from "../../components/times";
import { clockName, differs, whenName } from "../../components/zones";
import type { Callback } from "../model";

/** Who is to be called, when, and how that stands. */
export function CallbackFacts({ callback }: { callback: Callback }) {
  const { services } = useSession();
  return (
    <Facts layout="lines">
      <Fact name="Callback Time">
        <Instant at={callback.desired_at} />
        <TheirTime callback={callback} />
      </Fact>
      <Fact name="Callback Number">
        {callback.phone_number_formatted}
        {callback.customer_name && `, ${callback.customer_name}`}
      </Fact>
      <Fact name="Service Name">
        {services.find(({ name }) => name === callback.service)?.display_name || callback.service}
      </Fact>
      <Fact name="State">
        <StateBadge state={callback.state} result={callback.result} />
      </Fact>
    </Facts>
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

import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconClockHour4, IconClockOff } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { Failure } from "../../../components/Failure";
import { withTimes } from "../../../components/instants";
import { duration, useTimes } from "../../../components/times";
import { NearestSlots } from "../Refusal";
import { isOnlyNow } from "../refusals";
import { type Offer, useOffer } from "./queries";

interface Props {
  offer: ReturnType<typeof useOffer>;
  onSchedule: () => void;
  onPick: (startsAt: string) => void;
}

/** What a customer who is to be called now can be told: place and wait, or why not and when else. */
export function WaitNow({ offer, onSchedule, onPick }: Props) {
  const { shown } = useTimes();
  if (offer.error) {
    return <Failure of={offer.error} />;
  }
  if (!offer.data) {
    return null;
  }
  const { offers_scheduled: canSchedule, why_not_immediate: whyNot, slots } = offer.data;
  if (!whyNot) {
    return (
      <Told color="teal" icon={<IconClockHour4 aria-hidden />}>
        {waitName(offer.data)}
      </Told>
    );
  }
  return (
    <Told color="yellow" icon={<IconClockOff aria-hidden />}>
      <Stack gap="xs">
        <Text inherit>Not now: {withTimes(whyNot.detail, shown)}.</Text>
        {canSchedule && isOnlyNow(whyNot.code) && (
          <>
            <NearestSlots slots={slots.slice(0, 3)} onPick={onPick} />
            <Group>
              <Button size="xs" variant="default" onClick={onSchedule}>
                Choose another time
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Told>
  );
}

function Told({ color, icon, children }: { color: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Alert color={color} variant="light" role="status" icon={icon} p="xs">
      {children}
    </Alert>
  );
}

function waitName({ place_of_new_caller: place, estimated_wait: wait }: Offer): string {
  const ahead = place <= 1 ? "The next to be called" : `Place ${place}, with ${place - 1} ahead`;
  if (!wait) {
    return `${ahead}. How long it takes cannot be told: nobody is logged in, or too few calls were made yet.`;
  }
  const low = duration(wait.low);
  const high = duration(wait.high);
  return `${ahead}. The call is expected in ${low === high ? low : `${low} to ${high}`}.`;
}

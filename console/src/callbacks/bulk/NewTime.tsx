import { Group, NativeSelect, NumberInput, Radio, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { serverNow } from "../../api/clock";
import { useTimes } from "../../components/times";
import { instantOf } from "../../components/zones";
import type { When } from "./calls";

const SECONDS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
type Unit = keyof typeof SECONDS;

// As the server has it.
const MOST_DAYS = 62;

/** How the new time is chosen, and the time or the shift that is typed; as typed, right or wrong. */
export interface Choice {
  way: "shift" | "time" | "now";
  amount: number | string;
  unit: Unit;
  direction: "later" | "earlier";
  wall: string;
}

export const LATER: Choice = { way: "shift", amount: 1, unit: "hours", direction: "later", wall: "" };
export const NOW: Choice = { ...LATER, way: "now" };

/** What a choice means for the API; null as long as something is missing or wrong. */
export function whenOf({ way, amount, unit, direction, wall }: Choice, zone: string): When | null {
  if (way === "now") {
    return {};
  }
  if (way === "time") {
    const at = instantOf(wall, zone);
    return at && Date.parse(at) > serverNow() ? { desired_at: at } : null;
  }
  const seconds = secondsOf({ amount, unit });
  return wrongShift({ amount, unit }) ? null : { shift_seconds: direction === "later" ? seconds : -seconds };
}

function secondsOf({ amount, unit }: Pick<Choice, "amount" | "unit">): number {
  return Math.round(Number(amount) * SECONDS[unit]);
}

/** What is wrong with a shift; `true`: it is none. */
function wrongShift(shift: Pick<Choice, "amount" | "unit">): string | boolean {
  const seconds = secondsOf(shift);
  return seconds > MOST_DAYS * SECONDS.days ? `At most ${MOST_DAYS} days` : !(seconds > 0);
}

interface Props {
  of: Choice;
  change: (choice: Choice) => void;
}

/** For a rescheduling: each by the same shift, or all to one time. */
export function NewTimes({ of: choice, change }: Props) {
  return (
    <Radio.Group
      label="New times"
      value={choice.way}
      onChange={(way) => change({ ...choice, way: way as Choice["way"] })}
    >
      <Stack gap="xs" mt={6}>
        <Radio value="shift" label="Move each by the same time" />
        {choice.way === "shift" && <Shift of={choice} change={change} />}
        <Radio
          value="time"
          label="Move all to one time"
          description="As many as the slot has places; the others keep their time"
        />
        {choice.way === "time" && <AtTime of={choice} change={change} />}
      </Stack>
    </Radio.Group>
  );
}

/** For a recreation: now, or all at one time. */
export function NowOrLater({ of: choice, change }: Props) {
  return (
    <Radio.Group label="Call" value={choice.way} onChange={(way) => change({ ...choice, way: way as Choice["way"] })}>
      <Stack gap="xs" mt={6}>
        <Radio value="now" label="As soon as an agent is free" />
        <Radio
          value="time"
          label="At a time"
          description="As many as the slot has places; the others are not recreated"
        />
        {choice.way === "time" && <AtTime of={choice} change={change} />}
      </Stack>
    </Radio.Group>
  );
}

function Shift({ of: choice, change }: Props) {
  return (
    <Group gap="xs" ml="xl" align="flex-start">
      <NumberInput
        aria-label="By how much"
        w="8rem"
        min={1}
        allowDecimal={false}
        error={wrongShift(choice)}
        value={choice.amount}
        onChange={(amount) => change({ ...choice, amount })}
      />
      <NativeSelect
        aria-label="Unit"
        data={Object.keys(SECONDS)}
        value={choice.unit}
        onChange={(event) => change({ ...choice, unit: event.currentTarget.value as Unit })}
      />
      <SegmentedControl
        aria-label="Direction"
        data={["later", "earlier"]}
        value={choice.direction}
        onChange={(direction) => change({ ...choice, direction: direction as Choice["direction"] })}
      />
    </Group>
  );
}

function AtTime({ of: choice, change }: Props) {
  const { shown } = useTimes();
  const [wasLeft, setWasLeft] = useState(false);
  return (
    <TextInput
      ml="xl"
      w="16rem"
      type="datetime-local"
      label={`Date and time (${shown.zone})`}
      value={choice.wall}
      error={wrongTime(choice, shown.zone, wasLeft)}
      onBlur={() => setWasLeft(true)}
      onChange={(event) => change({ ...choice, wall: event.currentTarget.value })}
    />
  );
}

function wrongTime(choice: Choice, zone: string, wasLeft: boolean): string | undefined {
  if (!choice.wall) {
    return wasLeft ? "Choose a date and a time" : undefined;
  }
  const at = instantOf(choice.wall, zone);
  if (!at) {
    return "Clocks go forward then: this time does not exist";
  }
  return Date.parse(at) > serverNow() ? undefined : "This is in the past";
}

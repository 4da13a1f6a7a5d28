import { Alert, Group, Input, Select, Stack, Text } from "@mantine/core";
import { IconCalendarOff } from "@tabler/icons-react";
import { useId, useMemo, useState } from "react";

import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Times, useTimes } from "../../components/times";
import { whenName } from "../../components/zones";
import { type Day, daysOf, freeName, isFree } from "./days";
import { SlotGrid } from "./SlotGrid";
import { type Slots, useSlots } from "./useSlots";

interface Props {
  service: string;
  /** The instant at which the chosen slot begins. */
  value: string | null;
  onChange: (startsAt: string | null) => void;
  /** A slot was asked for and none is chosen. */
  isMissing?: boolean;
}

/** A date and a slot with a free seat. When they cannot be read again, those that were read stay. */
export function SlotPicker(props: Props) {
  const { data: slots, error } = useSlots(props.service);
  return (
    <Stack gap="sm">
      <Failure of={error} />
      {slots ? (
        <Choice {...props} slots={slots} />
      ) : (
        !error && (
          <Text c="dimmed" role="status">
            Looking for free slots
          </Text>
        )
      )}
    </Stack>
  );
}

/** What is chosen is an instant: the clocks may show a time twice, or never. */
function Choice({ slots, value, onChange, isMissing = false }: Props & { slots: Slots }) {
  const { shown } = useTimes();
  const { items, time_zone: zone } = slots;
  const days = useMemo(() => daysOf(items, shown), [items, shown]);
  const [wanted, setWanted] = useState<string | null>(null);
  if (!items.some(isFree)) {
    return <NoSlots hasSlots={days.length > 0} />;
  }
  const day = dayOf(days, value ? shown.date(value) : wanted);
  const chosen = items.find((slot) => slot.starts_at === value);
  return (
    <Stack gap="sm">
      <DateSelect
        days={days}
        value={day?.date ?? null}
        onChange={(date) => {
          setWanted(date);
          onChange(null);
        }}
      />
      {day && <TimeSlots day={day} {...{ zone, value, onChange, isMissing, shown }} />}
      {value && (!chosen || !isFree(chosen)) && (
        <Alert color="yellow" role="status">
          {whenName(value, shown)} has become full, or is over. What you have chosen is kept; choose another slot.
        </Alert>
      )}
    </Stack>
  );
}

function dayOf(days: Day[], date: string | null): Day | undefined {
  return days.find((day) => day.date === date) ?? days.find((day) => day.free !== 0);
}

function DateSelect({
  days,
  value,
  onChange,
}: {
  days: Day[];
  value: string | null;
  onChange: (date: string) => void;
}) {
  return (
    <Select
      label="Desired Date"
      data={days.map(({ date, label, free }) => ({ value: date, label, disabled: free === 0 }))}
      value={value}
      onChange={(date) => date && onChange(date)}
      allowDeselect={false}
      searchable
      maxDropdownHeight={320}
      nothingFoundMessage="No such date within the 31 days that can be booked"
      renderOption={({ option }) => (
        <Group justify="space-between" w="100%" wrap="nowrap">
          <span>{option.label}</span>
          <Text span size="xs">
            {seatsName(days.find(({ date }) => date === option.value))}
          </Text>
        </Group>
      )}
    />
  );
}

function seatsName(day: Day | undefined): string {
  if (!day?.slots.length) {
    return "closed";
  }
  return day.free === null ? "free" : day.free === 0 ? "full" : `${day.free} free`;
}

interface TimesProps extends Omit<Props, "service"> {
  day: Day;
  zone: string;
  shown: Times;
}

function TimeSlots({ day, zone, shown, value, onChange, isMissing }: TimesProps) {
  const id = useId();
  const hasChosen = day.slots.some((slot) => slot.starts_at === value);
  return (
    <Input.Wrapper
      label="Available Time Slot"
      labelElement="div"
      labelProps={{ id }}
      description={`Times in ${shown.zone}`}
      error={isMissing && !hasChosen ? "Please Select a Time Slot" : undefined}
    >
      <SlotGrid labelledBy={id} slots={day.slots} {...{ zone, shown, value, onChange }} />
      <Text size="sm" c={hasChosen ? undefined : "dimmed"} mt={6} role="status">
        {hasChosen && value ? (
          <ChosenName at={value} zone={zone} shown={shown} slots={day.slots} />
        ) : (
          !isMissing && "Please Select a Time Slot"
        )}
      </Text>
    </Input.Wrapper>
  );
}

function ChosenName({ at, zone, shown, slots }: { at: string; zone: string; shown: Times; slots: Day["slots"] }) {
  const there = new Times(zone, shown.is24Hour);
  const slot = slots.find(({ starts_at }) => starts_at === at);
  const here = whenName(at, shown);
  const other = whenName(at, there);
  return (
    <>
      Chosen: <b>{here}</b>
      {slot && `, ${freeName(slot)}`}
      {other !== here && `, which is ${other} for the service (${zone})`}
    </>
  );
}

function NoSlots({ hasSlots }: { hasSlots: boolean }) {
  return (
    <Empty Icon={IconCalendarOff} title={hasSlots ? "Every slot is full" : "No slots to choose from"}>
      {hasSlots
        ? "A slot shows here as soon as a seat is given back, within the next 31 days."
        : "The service is closed for the next 31 days, or takes no callbacks at a chosen time."}
    </Empty>
  );
}

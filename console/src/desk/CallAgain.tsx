import { Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";

import { Times, useTimes } from "../components/times";
import { differs, instantOf, whenName } from "../components/zones";
import type { Draft } from "./drafts";

// As far ahead as callbacks can be booked.
const BOOKABLE_MS = 31 * 24 * 3_600_000;

/** The instant that a draft names, by the clock of whoever looks; null while it names none, or one that clocks skip. */
export function againAt({ date, time }: Pick<Draft, "date" | "time">, shown: Times): Date | null {
  const at = instantOf(`${date}T${time}`, shown.zone);
  return at === null ? null : new Date(at);
}

/** What is wrong with the time that a draft names; undefined: nothing, or none is named and not `isAsked` for. */
export function againProblem(draft: Draft, shown: Times, now: number, isAsked: boolean): string | undefined {
  if (!draft.date || !draft.time) {
    return isAsked ? "Choose a date and a time" : undefined;
  }
  const at = againAt(draft, shown);
  if (at === null) {
    return "The clocks skip this time that day";
  }
  if (at.getTime() <= now) {
    return "This time is over";
  }
  return at.getTime() > now + BOOKABLE_MS ? "At most 31 days ahead" : undefined;
}

interface Props {
  draft: Draft;
  change: (some: Partial<Draft>) => void;
  /** Where the customer is, if it is known. */
  zone: string | null;
  now: number;
  isAsked: boolean;
}

/** When the customer is to be called again, if a time was agreed upon. */
export function CallAgain({ draft, change, zone, now, isAsked }: Props) {
  const { shown } = useTimes();
  const at = againAt(draft, shown);
  const problem = againProblem(draft, shown, now, isAsked);
  return (
    <Stack gap="xs">
      <Checkbox
        label="Call again at an agreed time"
        checked={draft.again}
        onChange={(event) => change({ again: event.currentTarget.checked })}
      />
      {draft.again && (
        <Stack gap={4} pl={28}>
          <Group gap="xs" align="flex-start">
            <TextInput
              type="date"
              label="Date"
              min={shown.date(new Date(now))}
              max={shown.date(new Date(now + BOOKABLE_MS))}
              value={draft.date}
              onChange={(event) => change({ date: event.currentTarget.value })}
              error={problem}
            />
            <TextInput
              type="time"
              label="Time"
              value={draft.time}
              onChange={(event) => change({ time: event.currentTarget.value })}
              error={!!problem}
            />
          </Group>
          <Text size="sm" c="dimmed" role="status">
            {at && !problem ? whenText(at, shown, zone) : `Times in ${shown.zone}`}
          </Text>
        </Stack>
      )}
    </Stack>
  );
}

function whenText(at: Date, shown: Times, zone: string | null): string {
  const instant = at.toISOString();
  const here = `${whenName(instant, shown)} in ${shown.zone}`;
  if (!zone || !differs(instant, shown.zone, zone)) {
    return here;
  }
  return `${here}, ${whenName(instant, new Times(zone, shown.is24Hour))} for the customer (${zone})`;
}

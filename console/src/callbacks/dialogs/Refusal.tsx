import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { ApiError } from "../../api/problems";
import { useTimes } from "../../components/times";
import { whenName } from "../../components/zones";
import { type NearSlot, nearSlots, refusalOf } from "./refusals";

interface Props {
  of: unknown;
  /** Take one of the nearest free slots instead. */
  onPick?: (startsAt: string) => void;
  /** Choose a time instead of a call now. */
  onSchedule?: () => void;
  /** What to do, by codes, where the usual sentence asks for what cannot be done here. */
  sentences?: Readonly<Record<string, string>>;
}

/** Why it was not done, and what can be done instead; nothing when there is no error. */
export function Refusal({ of: error, onPick, onSchedule, sentences }: Props) {
  const { shown } = useTimes();
  if (!error) {
    return null;
  }
  const slots = nearSlots(error);
  const own = error instanceof ApiError ? sentences?.[error.code] : undefined;
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />}>
      <Stack gap="xs">
        <Text inherit>{own ?? refusalOf(error, shown)}</Text>
        {onPick && slots.length > 0 && <NearestSlots slots={slots} onPick={onPick} />}
        {onSchedule && (
          <Group>
            <Button size="xs" variant="default" onClick={onSchedule}>
              Choose another time
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** Free slots to take with one press. */
export function NearestSlots({ slots, onPick }: { slots: readonly NearSlot[]; onPick: (startsAt: string) => void }) {
  const { shown } = useTimes();
  return (
    <Group gap={6} role="group" aria-label="Nearest free slots">
      {slots.map(({ starts_at, free }) => (
        <Button key={starts_at} size="xs" variant="default" onClick={() => onPick(starts_at)}>
          {whenName(starts_at, shown)}
          {free !== null && `, ${free} free`}
        </Button>
      ))}
    </Group>
  );
}

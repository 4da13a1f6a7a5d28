import { Alert, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";

import type { components } from "../../api/schema";
import { numeral } from "../../components/numbers";
import { StateBadge, type State } from "../../components/StateBadge";
import { type BulkKind, callbacks, WORDS } from "./work";

export type Preview = components["schemas"]["Preview"];

/** How many of each state would be changed. */
export function Counts({ kind, preview }: { kind: BulkKind; preview: Preview | undefined }) {
  if (!preview) {
    return <Skeleton height={48} aria-label="Counting" />;
  }
  const states = entries(preview.states);
  return (
    <Stack gap={6} role="status" aria-label="How many">
      <Text fw={600}>
        {preview.total === 0
          ? `There is nothing to ${WORDS[kind].verb} in this range`
          : `${callbacks(preview.total)} will be ${WORDS[kind].done}`}
      </Text>
      {states.map(([state, number]) => (
        <Group key={state} gap="sm" wrap="nowrap">
          <Text w="4.5rem" ta="right">
            {numeral(number)}
          </Text>
          <StateBadge state={state} />
        </Group>
      ))}
    </Stack>
  );
}

/** Those that stay what they are, and why; nothing when there are none. */
export function Excluded({ kind, preview }: { kind: BulkKind; preview: Preview | undefined }) {
  const excluded = preview ? entries(preview.excluded) : [];
  const missing = preview?.not_found ?? 0;
  if (excluded.length === 0 && missing === 0) {
    return null;
  }
  return (
    <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} role="note">
      {excluded.map(([state, number]) => (
        <Text key={state} inherit>
          {excludedSentence(kind, state, number)}
        </Text>
      ))}
      {missing > 0 && (
        <Text inherit>
          {callbacks(missing)} selected {missing === 1 ? "is" : "are"} there no longer.
        </Text>
      )}
    </Alert>
  );
}

function excludedSentence(kind: BulkKind, state: State, number: number): string {
  const why = {
    PROCESSING: "the customer is with an agent",
    COMPLETED: "it is over",
    SCHEDULED: "it is not over yet",
    QUEUED: kind === "reschedule" ? "its time has come" : "it is not over yet",
    ROUTING: kind === "reschedule" ? "it is being called" : "it is not over yet",
  }[state];
  return `Left alone: ${callbacks(number)} in ${state} (${why}).`;
}

function entries(numbers: Record<string, number>): [State, number][] {
  return Object.entries(numbers) as [State, number][];
}

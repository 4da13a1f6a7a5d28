import { Button, Group } from "@mantine/core";

import type { components } from "../api/schema";

interface Props {
  page: components["schemas"]["Page"];
  onGo: (cursor: string | null) => void;
}

/** The way to other pages; nothing when there is only this one. */
export function FoundPages({ page: { next_cursor: next, previous_cursor: previous }, onGo }: Props) {
  if (!next && !previous) {
    return null;
  }
  const ways = [
    { label: "First page", cursor: null, isOff: !previous },
    { label: "Previous page", cursor: previous, isOff: !previous },
    { label: "Next page", cursor: next, isOff: !next },
    { label: "Last page", cursor: "last", isOff: !next },
  ];
  return (
    <Group component="nav" aria-label="Pages of results" gap="xs" justify="flex-end" mt="sm">
      {ways.map(({ label, cursor, isOff }) => (
        <Button key={label} variant="default" size="xs" disabled={isOff} onClick={() => onGo(cursor)}>
          {label}
        </Button>
      ))}
    </Group>
  );
}

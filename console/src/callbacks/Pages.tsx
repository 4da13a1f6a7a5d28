import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconChevronLeftPipe, IconChevronRight, IconChevronRightPipe } from "@tabler/icons-react";

import type { Rows } from "./rows";

const LAST = "last";

/** How many there are, as words: counted to the end, or to where counting is worth it. */
export function shownTotal({ total, isExact }: Pick<Rows, "total" | "isExact">): string {
  return isExact ? total.toLocaleString("en-US") : "10,000+";
}

interface Props {
  rows: Rows;
  onGo: (cursor: string | null) => void;
}

/** First, previous, next and last page. */
export function Pages({ rows, onGo }: Props) {
  const { next, previous, items } = rows;
  const places = [
    { label: "First page", Icon: IconChevronLeftPipe, cursor: null, isThere: previous !== null },
    { label: "Previous page", Icon: IconChevronLeft, cursor: previous, isThere: previous !== null },
    { label: "Next page", Icon: IconChevronRight, cursor: next, isThere: next !== null },
    { label: "Last page", Icon: IconChevronRightPipe, cursor: LAST, isThere: next !== null },
  ];
  if (next === null && previous === null) {
    return null;
  }
  return (
    <Group gap="xs" wrap="nowrap" component="nav" aria-label="Pages of the list">
      <Text size="sm" c="dimmed">
        {`${items.length} of ${shownTotal(rows)}`}
      </Text>
      <Group gap={2} wrap="nowrap">
        {places.map(({ label, Icon, cursor, isThere }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              aria-label={label}
              data-disabled={!isThere || undefined}
              aria-disabled={!isThere}
              onClick={() => isThere && onGo(cursor)}
            >
              <Icon size={18} stroke={1.7} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      </Group>
    </Group>
  );
}

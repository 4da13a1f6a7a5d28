import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconChevronLeftPipe, IconChevronRight, IconChevronRightPipe } from "@tabler/icons-react";

/** The cursor of the last page, as the API has it. */
export const LAST_PAGE = "last";

interface Props {
  /** Of what they are pages. */
  label: string;
  next: string | null;
  previous: string | null;
  /** Null: to the first page. */
  onGo: (cursor: string | null) => void;
  /** Which part of the whole is shown. */
  children: string;
}

/** First, previous, next and last page; nothing when there is only one. */
export function Pages({ label, next, previous, onGo, children }: Props) {
  if (next === null && previous === null) {
    return null;
  }
  const ways = [
    { name: "First page", Icon: IconChevronLeftPipe, cursor: null, isThere: previous !== null },
    { name: "Previous page", Icon: IconChevronLeft, cursor: previous, isThere: previous !== null },
    { name: "Next page", Icon: IconChevronRight, cursor: next, isThere: next !== null },
    { name: "Last page", Icon: IconChevronRightPipe, cursor: LAST_PAGE, isThere: next !== null },
  ];
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end" component="nav" aria-label={label}>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
      <Group gap={2} wrap="nowrap">
        {ways.map(({ name, Icon, cursor, isThere }) => (
          <Tooltip key={name} label={name}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              aria-label={name}
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

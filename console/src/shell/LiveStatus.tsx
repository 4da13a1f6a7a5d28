import { Group, Text, Tooltip } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";

import { useIsLive } from "../api/events";

/** Whether pages change by themselves. */
export function LiveStatus() {
  const isLive = useIsLive();
  const text = isLive
    ? "Changes appear by themselves"
    : "No live connection: what is shown is read again every 30 seconds";
  const Icon = isLive ? IconPlugConnected : IconPlugConnectedX;
  return (
    <Tooltip label={text} position="right">
      <Group gap="xs" px="sm" py={4} wrap="nowrap" role="status">
        <Icon size={18} stroke={1.6} aria-hidden />
        <Text size="sm" c="dimmed">
          {isLive ? "Live" : "Not live"}
        </Text>
      </Group>
    </Tooltip>
  );
}

import { Group, Text, Tooltip } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";

import { useConnection } from "../api/events";

const SHOWN = {
  connecting: { label: "Connecting", about: "Changes will appear by themselves in a moment", Icon: IconPlugConnected },
  live: { label: "Live", about: "Changes appear by themselves", Icon: IconPlugConnected },
  lost: {
    label: "Not live",
    about: "The live connection is interrupted: what is shown is read again every 30 seconds",
    Icon: IconPlugConnectedX,
  },
};

/** Whether pages change by themselves. */
export function LiveStatus() {
  const { label, about, Icon } = SHOWN[useConnection()];
  return (
    <Tooltip label={about} position="right">
      <Group gap="xs" px="sm" py={4} wrap="nowrap" role="status">
        <Icon size={18} stroke={1.6} aria-hidden />
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      </Group>
    </Tooltip>
  );
}

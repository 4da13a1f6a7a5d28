import { Center, Stack, Text } from "@mantine/core";
import type { IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** There is nothing to show: what that means, and what to do about it. */
export function Empty({ Icon, title, children }: { Icon: typeof IconInbox; title: string; children?: ReactNode }) {
  return (
    <Center mih="12rem" p="lg">
      <Stack align="center" gap="xs" maw="28rem" ta="center">
        <Icon size={36} stroke={1.4} aria-hidden />
        <Text fw={600}>{title}</Text>
        {children && (
          <Text c="dimmed" size="sm" component="div">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}

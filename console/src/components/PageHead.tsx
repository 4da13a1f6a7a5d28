import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

/** What a page is, what it says of itself, and what can be done on it. It also names the browser's tab. */
export function PageHead({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} - Ringback`;
  }, [title]);
  return (
    <Group justify="space-between" align="center" gap="sm" mb="sm" mih={30}>
      <Group gap="sm" align="baseline">
        <Title order={1}>{title}</Title>
        {about && (
          <Text c="dimmed" size="sm">
            {about}
          </Text>
        )}
      </Group>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}

import { Group, Text } from "@mantine/core";

/** The name with its sign. */
export function Mark() {
  return (
    <Group gap="xs" wrap="nowrap">
      <img src="/icon.svg" alt="" width={24} height={24} />
      <Text fw={600} size="lg">
        Ringback
      </Text>
    </Group>
  );
}

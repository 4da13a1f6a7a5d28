import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";

import { Copy } from "./Copy";

interface Props {
  /** What it is and whose, as the beginning of a sentence. */
  title: string;
  what: string;
  secret: string;
  children: string;
  onDone: () => void;
}

/** A password or key that can be seen this once. */
export function Secret({ title, what, secret, children, onDone }: Props) {
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" icon={<IconKey aria-hidden />} title={title}>
        <Stack gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Code fz="sm" p="xs" style={{ overflowWrap: "anywhere" }}>
              {secret}
            </Code>
            <Copy text={secret} what={what} hasFocus />
          </Group>
          <Text size="sm">{children}</Text>
        </Stack>
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onDone}>I have noted it</Button>
      </Group>
    </Stack>
  );
}

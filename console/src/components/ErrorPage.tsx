import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";

import { sentenceOf } from "./sentences";

interface Props {
  error: unknown;
  retry?: () => void;
  order?: 1 | 2;
}

/** A page that could not be had: why, and what to do. `order`: 2 where its title is above. */
export function ErrorPage({ error, retry, order = 1 }: Props) {
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" gap="sm" maw="32rem" role="alert">
        <IconCloudOff size={40} stroke={1.5} aria-hidden />
        <Title order={order} size="h1">
          This cannot be shown right now
        </Title>
        <Text ta="center" c="dimmed">
          {sentenceOf(error)}
        </Text>
        {retry && (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Center>
  );
}

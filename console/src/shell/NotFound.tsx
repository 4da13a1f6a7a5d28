import { Anchor, Center, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";

export default function NotFound() {
  return (
    <Center mih="60vh">
      <Stack align="center" gap="xs">
        <Title order={1}>There is no such page</Title>
        <Text c="dimmed">Or it is none of those that your roles have.</Text>
        <Anchor component={Link} to="/">
          Go to the first page
        </Anchor>
      </Stack>
    </Center>
  );
}

import { Center, Paper, Stack, Text, Title } from "@mantine/core";

import type { Session } from "../api/session";
import { ChangePasswordForm } from "./ChangePasswordForm";
import { Mark } from "./Mark";

/** Somebody whose password was given to them chooses one of their own before anything else. */
export default function ChangePassword({ session: { user } }: { session: Session }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw="26rem">
        <Stack gap="md">
          <Mark />
          <Title order={1}>Choose a password of your own</Title>
          <Text c="dimmed">The one that you have, {user.display_name || user.name}, is known to somebody else.</Text>
          <ChangePasswordForm user={user.name} />
        </Stack>
      </Paper>
    </Center>
  );
}
